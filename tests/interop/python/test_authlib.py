"""Authlib (PyPI) in a Flask application, as in pgAdmin or Superset."""

import base64
import json
import time
import unittest

import flask
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

from guest import APP, EMAIL, ISSUER, KEY, NAME, SECRET, WRONG_SECRET, Guest, Server, metadata

# What the application got for the person who signed in last.
tokens = {}


class ShortLived(PrivateKeyJWT):
    """The library's assertions last an hour; ten minutes are the most that is taken."""

    def sign(self, auth, token_endpoint):
        self.claims = {"exp": int(time.time()) + 300}
        return super().sign(auth, token_endpoint)


app = flask.Flask(__name__)
app.secret_key = "what-flask-signs-its-own-cookies-with"
oauth = OAuth(app)


def keep(token, **_):
    tokens.update(token)


def register(name, secret=SECRET, client_id="app", **more):
    scope = {"scope": "openid profile email", "code_challenge_method": "S256"}
    oauth.register(
        name=name,
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
        client_kwargs={**scope, **more.pop("client_kwargs", {})},
        update_token=keep,
        **more,
    )


register("dingpass")
register("in_body", client_kwargs={"token_endpoint_auth_method": "client_secret_post"})
register("wrong", WRONG_SECRET)
register("wrong_in_body", WRONG_SECRET, client_kwargs={"token_endpoint_auth_method": "client_secret_post"})
register(
    "by_key",
    ECKey.import_key(json.loads(KEY)),
    client_id="by-key",
    client_kwargs={"token_endpoint_auth_method": "private_key_jwt"},
    client_auth_methods=[ShortLived(alg="ES256")],
)
ALGORITHMS = ("ES256", "PS256", "EdDSA")
for alg in ALGORITHMS:
    register(alg, client_id=alg.lower())


@app.get("/login/<name>")
def login(name):
    flask.session["name"] = name
    more = {"prompt": prompt} if (prompt := flask.request.args.get("prompt")) else {}
    return oauth.create_client(name).authorize_redirect(f"{APP}/callback", **more)


@app.get("/callback")
def callback():
    try:
        token = oauth.create_client(flask.session["name"]).authorize_access_token()
    except OAuthError as error:
        return {"error": error.error, "description": error.description}, 400
    tokens.clear()
    tokens.update(token)
    # The claims of the ID Token: Authlib calls them so.
    return token["userinfo"]


@app.get("/logout")
def logout():
    return oauth.dingpass.logout_redirect(f"{APP}/signed-out", tokens["id_token"])


@app.get("/signed-out")
def signed_out():
    oauth.dingpass.validate_logout_response()
    return "signed out"


def header(token):
    part = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Authlib(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(app)
        cls.metadata = metadata()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def sign_in(self, name="dingpass", guest=None):
        answer = (guest or Guest()).get(f"{APP}/login/{name}")
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def session(self):
        return OAuth2Session("app", SECRET)

    def test_a_person_signs_in_and_is_known_by_the_id_token_and_by_userinfo(self):
        claims = self.sign_in()
        self.assertEqual((claims["iss"], claims["name"], claims["email"]), (ISSUER, NAME, EMAIL))
        with app.app_context():
            userinfo = oauth.dingpass.userinfo(token=dict(tokens))
        self.assertEqual((userinfo["sub"], userinfo["email"]), (claims["sub"], EMAIL))

    def test_the_secret_is_accepted_in_the_body_too(self):
        self.assertEqual(self.sign_in("in_body")["name"], NAME)

    def test_a_client_authenticates_by_a_signed_assertion(self):
        """RFC 7523 section 3: an assertion of minutes that names no key."""
        self.assertEqual(self.sign_in("by_key")["aud"], "by-key")

    def test_id_tokens_are_signed_by_the_algorithm_that_the_application_asks_for(self):
        for alg in ALGORITHMS:
            with self.subTest(alg):
                self.assertEqual(self.sign_in(alg)["aud"], alg.lower())
                self.assertEqual(header(tokens["id_token"])["alg"], alg)

    def test_an_expired_access_token_is_refreshed_on_the_way(self):
        self.sign_in()
        before = dict(tokens)
        with app.app_context():
            userinfo = oauth.dingpass.userinfo(token={**before, "expires_at": 1})
        self.assertEqual(userinfo["email"], EMAIL)
        self.assertNotEqual(tokens["access_token"], before["access_token"])

    def test_introspection_tells_a_living_token_from_a_revoked_one(self):
        self.sign_in()
        token = tokens["access_token"]
        endpoint = self.metadata["introspection_endpoint"]
        living = self.session().introspect_token(endpoint, token=token).json()
        self.assertEqual((living["active"], living["client_id"]), (True, "app"))
        answer = self.session().revoke_token(self.metadata["revocation_endpoint"], token=token)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.session().introspect_token(endpoint, token=token).json(), {"active": False})

    def test_a_person_signs_out_and_is_not_signed_in_silently(self):
        guest = Guest()
        self.sign_in(guest=guest)
        answer = guest.get(f"{APP}/logout")
        self.assertEqual((answer.url.split("?")[0], answer.text), (f"{APP}/signed-out", "signed out"))
        silent = guest.get(f"{APP}/login/dingpass?prompt=none")
        self.assertEqual(silent.json()["error"], "login_required")
        with self.assertRaises(OAuthError) as refused:
            self.session().refresh_token(self.metadata["token_endpoint"], tokens["refresh_token"])
        self.assertEqual(refused.exception.error, "invalid_grant")

    def test_a_wrong_secret_is_invalid_client(self):
        """RFC 6749 section 5.2"""
        for name in ("wrong", "wrong_in_body"):
            answer = Guest().get(f"{APP}/login/{name}")
            self.assertEqual(answer.json()["error"], "invalid_client", answer.text)


if __name__ == "__main__":
    unittest.main()
