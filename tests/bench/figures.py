#!/usr/bin/env python3
"""Figures of one broker on this machine: start, memory, CPU time per operation.

Usage: tests/bench/figures.py [BINARY] [LOGINS]     (default: target/dist/dingpass, 2000)

Starts a simulated DingTalk and a broker with a store on disk, on free loopback ports, and
drives them over kept-alive connections, one operation at a time. What counts is the CPU time
of the broker's process (user and system, from /proc), since wall time depends on what else the
machine does. One JSON line comes out.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

BINARY = sys.argv[1] if len(sys.argv) > 1 else "target/dist/dingpass"
LOGINS = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
SECRET = "a-secret-of-at-least-32-characters!!"
CALLBACK = "http://127.0.0.1:9/callback"
TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS"):
                return round(int(line.split()[1]) / 1024, 1)
    return None


def wait_for(port, process):
    while True:
        if process.poll() is not None:
            raise SystemExit(f"{process.args} ended with {process.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.001)


class Server:
    """A kept-alive connection that returns (status, headers, body)."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def send(self, method, path, headers=None, body=None):
        self.connection.request(method, path, body=body, headers=headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


def path_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def cookies_of(headers):
    return [cookie.split(";", 1)[0] for cookie in headers.get_all("set-cookie") or []]


AUTHORIZE = "/authorize?" + urllib.parse.urlencode(
    {
        "client_id": "demo",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile email",
        "state": "s" * 20,
        "nonce": "n" * 20,
    }
)


def redeem(broker, location):
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]
    form = urllib.parse.urlencode(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": "demo",
            "client_secret": SECRET,
        }
    )
    status, _, body = broker.send(
        "POST", "/token", {"content-type": "application/x-www-form-urlencoded"}, form
    )
    assert status == 200, body
    return json.loads(body)["access_token"]


def login(broker, sim):
    """A first login, through DingTalk: authorize, callback, token."""
    _, headers, _ = broker.send("GET", AUTHORIZE)
    cookies = cookies_of(headers)
    _, answer, _ = sim.send("GET", path_of(headers["location"]))
    _, headers, _ = broker.send(
        "GET", path_of(answer["location"]), {"cookie": "; ".join(cookies)}
    )
    session = [c for c in cookies_of(headers) if c.startswith("dingpass-session=")]
    return redeem(broker, headers["location"]), session[0]


def silent(broker, session):
    """Code and token with a live session."""
    _, headers, _ = broker.send("GET", AUTHORIZE, {"cookie": session})
    return redeem(broker, headers["location"])


def measure(pid, times, operation):
    """CPU milliseconds for one operation."""
    for _ in range(max(times // 20, 5)):
        operation()
    before = cpu_seconds(pid)
    for _ in range(times):
        operation()
    return round((cpu_seconds(pid) - before) * 1000 / times, 4)


def main():
    figures = {"binary_mib": round(os.path.getsize(BINARY) / 2**20, 1)}
    sim_port, port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "dingpass.toml")
        with open(config, "w") as file:
            file.write(f"""
issuer = "http://127.0.0.1:{port}"
[http]
listen = "127.0.0.1:{port}"
[log]
filter = "warn"
[[upstream]]
id = "acme"
kind = "dingtalk"
client_id = "dingsimapp"
client_secret = "dingsimsecret"
corp_id = "dingsimcorp"
login_base_url = "http://127.0.0.1:{sim_port}"
api_base_url = "http://127.0.0.1:{sim_port}"
oapi_base_url = "http://127.0.0.1:{sim_port}"
[[clients]]
client_id = "demo"
client_secret = "{SECRET}"
redirect_uris = ["{CALLBACK}"]
require_pkce = false
""")
        sim = subprocess.Popen(
            [BINARY, "sim", "--listen", f"127.0.0.1:{sim_port}", "--auto-login", "first"],
            stdout=subprocess.DEVNULL,
        )
        serve = [BINARY, "serve", "--config", config]
        try:
            wait_for(sim_port, sim)
            # The first start makes the keys; it is not the one that is measured.
            broker = subprocess.Popen(serve)
            wait_for(port, broker)
            broker.terminate()
            broker.wait()
            begun = time.monotonic()
            broker = subprocess.Popen(serve)
            wait_for(port, broker)
            figures["start_to_first_answer_ms"] = round((time.monotonic() - begun) * 1000, 1)
            figures["start_cpu_ms"] = round(cpu_seconds(broker.pid) * 1000)
            figures["idle_mib"] = resident_mib(broker.pid)
            server, dingtalk = Server(port), Server(sim_port)
            figures["login_cpu_ms"] = measure(
                broker.pid, LOGINS, lambda: login(server, dingtalk)
            )
            token, session = login(server, dingtalk)
            figures["code_and_token_cpu_ms"] = measure(
                broker.pid, LOGINS, lambda: silent(server, session)
            )
            bearer = {"authorization": f"Bearer {token}"}
            for name, path, headers in [
                ("userinfo_cpu_ms", "/userinfo", bearer),
                ("discovery_cpu_ms", "/.well-known/openid-configuration", {}),
                ("jwks_cpu_ms", "/jwks", {}),
            ]:
                status, _, _ = server.send("GET", path, headers)
                assert status == 200, path
                figures[name] = measure(
                    broker.pid, LOGINS * 5, lambda: server.send("GET", path, headers)
                )
            figures["after_mib"] = resident_mib(broker.pid)
            figures["logins"] = LOGINS
        finally:
            for process in (sim, broker):
                process.terminate()
                process.wait()
    print(json.dumps(figures))


main()
