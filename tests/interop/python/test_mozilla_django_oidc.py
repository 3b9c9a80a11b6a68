"""mozilla-django-oidc (PyPI) in a Django project, which keeps people in its own database."""

import logging
import unittest
from urllib.parse import urlencode

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import include, path, reverse

from guest import APP, EMAIL, ISSUER, SECRET, WRONG_SECRET, Guest, Server, metadata

METADATA = metadata()

settings.configure(
    SECRET_KEY="what-django-signs-its-own-cookies-with",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    # Told by an exception in the answer, which the test of a mistake reads.
    DEBUG=True,
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:interop?mode=memory&cache=shared"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "mozilla_django_oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "mozilla_django_oidc.middleware.SessionRefresh",
    ],
    AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
    LOGIN_REDIRECT_URL="/who",
    LOGIN_REDIRECT_URL_FAILURE="/failed",
    LOGOUT_REDIRECT_URL="/signed-out",
    ALLOW_LOGOUT_GET_METHOD=True,
    OIDC_RP_CLIENT_ID="app",
    OIDC_RP_CLIENT_SECRET=SECRET,
    OIDC_RP_SIGN_ALGO="RS256",
    OIDC_RP_SCOPES="openid email",
    OIDC_USE_PKCE=True,
    OIDC_STORE_ID_TOKEN=True,
    OIDC_STORE_ACCESS_TOKEN=True,
    OIDC_OP_AUTHORIZATION_ENDPOINT=METADATA["authorization_endpoint"],
    OIDC_OP_TOKEN_ENDPOINT=METADATA["token_endpoint"],
    OIDC_OP_USER_ENDPOINT=METADATA["userinfo_endpoint"],
    OIDC_OP_JWKS_ENDPOINT=METADATA["jwks_uri"],
    OIDC_OP_LOGOUT_URL_METHOD=f"{__name__}.provider_logout",
    LOGGING_CONFIG=None,
)
django.setup()
# The test of a mistake reads the answer; nobody has to read the trace beside it.
logging.getLogger("django.request").setLevel(logging.CRITICAL)
application = get_wsgi_application()


def provider_logout(request):
    """The documentation's hook for a sign-out at the provider too."""
    parameters = {
        "id_token_hint": request.session["oidc_id_token"],
        "post_logout_redirect_uri": f"{APP}/signed-out",
    }
    return f"{METADATA['end_session_endpoint']}?{urlencode(parameters)}"


def who(request):
    if not request.user.is_authenticated:
        return redirect(reverse("oidc_authentication_init"))
    expires = request.session["oidc_id_token_expiration"]
    return JsonResponse({"email": request.user.email, "person": request.user.pk, "expires": expires})


def age(request):
    """Lets the time after which the library asks the provider again be over."""
    request.session["oidc_id_token_expiration"] = 1
    return HttpResponse("old")


urlpatterns = [
    path("oidc/", include("mozilla_django_oidc.urls")),
    path("who", who),
    path("age", age),
    path("failed", lambda request: HttpResponse("failed", status=403)),
    path("signed-out", lambda request: HttpResponse("signed out")),
]


class MozillaDjangoOidc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        call_command("migrate", verbosity=0)
        cls.server = Server(application)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def sign_in(self, guest):
        answer = guest.get(f"{APP}/who")
        self.assertEqual((answer.status_code, answer.url), (200, f"{APP}/who"), answer.text)
        return answer.json()

    def test_a_person_signs_in_and_is_the_same_one_the_next_time(self):
        first, second = self.sign_in(Guest()), self.sign_in(Guest())
        self.assertEqual(first["email"], EMAIL)
        self.assertEqual(second["person"], first["person"])

    def test_the_secret_is_accepted_in_a_header_too(self):
        settings.OIDC_TOKEN_USE_BASIC_AUTH = True
        try:
            self.assertEqual(self.sign_in(Guest())["email"], EMAIL)
        finally:
            del settings.OIDC_TOKEN_USE_BASIC_AUTH

    def test_a_session_is_renewed_silently(self):
        """The library renews by prompt=none, not by a refresh token."""
        guest = Guest()
        before = self.sign_in(guest)
        guest.get(f"{APP}/age")
        after = guest.get(f"{APP}/who")
        self.assertEqual(len(after.history), 3, [answer.url for answer in after.history])
        self.assertGreater(after.json()["expires"], before["expires"])

    def test_a_person_signs_out_and_is_not_signed_in_silently(self):
        guest = Guest()
        self.sign_in(guest)
        answer = guest.get(f"{APP}/oidc/logout/")
        self.assertEqual((answer.url, answer.text), (f"{APP}/signed-out", "signed out"))
        silent = guest.get(
            METADATA["authorization_endpoint"],
            params={
                "client_id": "app",
                "redirect_uri": f"{APP}/oidc/callback/",
                "response_type": "code",
                "scope": "openid",
                "prompt": "none",
                "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method": "S256",
            },
            allow_redirects=False,
        )
        self.assertIn("error=login_required", silent.headers["location"])

    def test_a_wrong_secret_is_told_as_invalid_client(self):
        """RFC 6749 section 5.2"""
        settings.OIDC_RP_CLIENT_SECRET = WRONG_SECRET
        try:
            answer = Guest().get(f"{APP}/who")
        finally:
            settings.OIDC_RP_CLIENT_SECRET = SECRET
        self.assertEqual(answer.status_code, 500)
        self.assertRegex(answer.text, r"status: 401, body: .*invalid_client")


if __name__ == "__main__":
    unittest.main()
