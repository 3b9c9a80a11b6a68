"""A person's browser as far as redirects and cookies go, and where the application is."""

import os
import threading

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

ISSUER = os.environ["INTEROP_ISSUER"]
APP = os.environ["INTEROP_APP"]
PORT = int(os.environ["INTEROP_PORT"])
SECRET = os.environ["INTEROP_SECRET"]
KEY = os.environ["INTEROP_KEY"]
WRONG_SECRET = "not-this-one-but-as-long-as-the-right-one"

# The first of the simulator's people, who signs in without a page.
NAME = "张三"
EMAIL = "zhangsan@xinghe.example"


class Silent(WSGIRequestHandler):
    def log(self, *_):
        pass


class Server:
    """A WSGI application at the address that the broker knows."""

    def __init__(self, application):
        self.server = make_server("127.0.0.1", PORT, application, threaded=True, request_handler=Silent)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Guest(requests.Session):
    """Follows redirects and keeps cookies; no proxies of this machine on the way."""

    def __init__(self):
        super().__init__()
        self.trust_env = False

    def request(self, *arguments, **options):
        options.setdefault("timeout", 120)
        answer = super().request(*arguments, **options)
        # A 303 is not said to be in UTF-8 by every application.
        answer.encoding = "utf-8"
        return answer


def metadata():
    answer = Guest().get(f"{ISSUER}/.well-known/openid-configuration")
    answer.raise_for_status()
    return answer.json()
