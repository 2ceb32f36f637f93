"""Django's settings for a process that serves pages."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from sekisho.office.site import settings as site

if TYPE_CHECKING:
    from sekisho.node.settings import NodeSettings
    from sekisho.node.sign_in_settings import OidcSettings

OIDC = "oidc"
"""How addresses name the provider of OpenID Connect."""
HERE = Path(__file__).parent
APPS = (
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "sekisho.web",
)
MIDDLEWARE = (
    "sekisho.web.middleware.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sekisho.web.middleware.node.CurrentNode",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "sekisho.web.middleware.language.ChosenLanguage",
    "sekisho.web.middleware.idle.IdleLimit",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sekisho.web.middleware.duties.Duties",
    "sekisho.web.middleware.failures.FailurePages",
)
COOKIES = {
    "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Strict",
    "LANGUAGE_COOKIE_NAME": "sekisho_language",
    "SEKISHO_IDLE_SECONDS": 1_800,
}
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
FORM_BYTES_MAX = 1 << 20
"""What is posted beside files; files go past Django, straight into the vault."""


def configure() -> None:
    """Configure this process for pages; of which node, says `settle`."""
    site.configure(
        APPS,
        SECRET_KEY="",
        ALLOWED_HOSTS=[],
        MIDDLEWARE=list(MIDDLEWARE),
        ROOT_URLCONF="sekisho.web.urls",
        TEMPLATES=[_templates()],
        FORM_RENDERER="sekisho.web.rendering.FormRenderer",
        STATIC_URL="/static/",
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {
                "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
            },
        },
        WHITENOISE_USE_FINDERS=True,
        WHITENOISE_AUTOREFRESH=False,
        WHITENOISE_MAX_AGE=3_600,
        FILE_UPLOAD_HANDLERS=["sekisho.web.rendering.RefuseFiles"],
        DATA_UPLOAD_MAX_MEMORY_SIZE=FORM_BYTES_MAX,
        USE_I18N=True,
        LANGUAGES=[("ja", "日本語"), ("en", "English")],
        LOGGING_CONFIG=None,
        CSRF_FAILURE_VIEW="sekisho.web.failing.csrf_failed",
        **COOKIES,
        **_sign_in(),
    )


def settle(node: NodeSettings, secret_key: str) -> None:
    """What differs from node to node. Before the first request, and in a process of its own."""
    # Browsers keep cookies by host and not by port: several nodes on one machine must not sign
    # each other's people out.
    prefix = "__Host-" if node.web.tls else ""
    name = f"{prefix}sekisho_{node.name}"
    values = {
        "SECRET_KEY": secret_key,
        "ALLOWED_HOSTS": allowed_hosts(node),
        "SESSION_COOKIE_NAME": name,
        "SESSION_COOKIE_AGE": int(timedelta(hours=node.web.session_hours).total_seconds()),
        "SESSION_COOKIE_SECURE": node.web.tls,
        "CSRF_COOKIE_NAME": f"{name}_form",
        "CSRF_COOKIE_SECURE": node.web.tls,
        "SEKISHO_IDLE_SECONDS": node.web.idle_minutes * 60,
        "SOCIALACCOUNT_PROVIDERS": _providers(node.oidc),
    }
    for key, value in values.items():
        setattr(settings, key, value)


def _providers(oidc: OidcSettings | None) -> dict[str, Any]:
    """The provider of OpenID Connect, as allauth wants to be told."""
    if oidc is None:
        return {}
    app = {
        "provider_id": OIDC,
        "name": oidc.title or oidc.issuer,
        "client_id": oidc.client_id,
        "secret": oidc.client_secret,
        "settings": {
            "server_url": oidc.issuer,
            "oauth_pkce_enabled": True,
            "scope": ["openid", "profile", "email"],
        },
    }
    return {"openid_connect": {"APPS": [app]}}


def allowed_hosts(node: NodeSettings) -> list[str]:
    """The names by which browsers may ask: those of the settings, this machine's, loopback."""
    return [*node.web.names, socket.gethostname(), socket.getfqdn(), *LOOPBACK]


def _templates() -> dict[str, Any]:
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sekisho.web.context.page",
            ],
            "builtins": ["sekisho.web.templatetags.sekisho"],
        },
    }


def _sign_in() -> dict[str, Any]:
    return {
        "AUTHENTICATION_BACKENDS": [
            "sekisho.web.entrance.backends.LocalPasswords",
            "sekisho.web.entrance.backends.DirectoryPasswords",
        ],
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "inbox",
        "LOGOUT_REDIRECT_URL": "account_login",
        "ACCOUNT_ADAPTER": "sekisho.web.entrance.adapter.Adapter",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": "login",
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": "email",
        "ACCOUNT_PRESERVE_USERNAME_CASING": True,
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_LOGOUT_ON_GET": False,
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        # Ours count in the database, for every process (accounts.signing_in).
        "ACCOUNT_RATE_LIMITS": False,
        "MFA_RATE_LIMITS": False,
        "ACCOUNT_FORMS": {
            "change_password": "sekisho.web.entrance.forms.ChangePassword",
            "set_password": "sekisho.web.entrance.forms.SetPassword",
            "reauthenticate": "sekisho.web.entrance.forms.ConfirmByPassword",
        },
        "MFA_FORMS": {
            "authenticate": "sekisho.web.entrance.forms.Code",
            "reauthenticate": "sekisho.web.entrance.forms.ConfirmByCode",
            "activate_totp": "sekisho.web.entrance.forms.ActivateTotp",
            "add_webauthn": "sekisho.web.entrance.forms.AddPasskey",
            "edit_webauthn": "sekisho.web.entrance.forms.EditPasskey",
        },
        "MFA_ADAPTER": "sekisho.web.entrance.mfa.FactorAdapter",
        "MFA_TOTP_TOLERANCE": 1,
        "SOCIALACCOUNT_ADAPTER": "sekisho.web.entrance.oidc.ProviderAdapter",
        # A link leads to the provider: a form that leads elsewhere is forbidden by the policy.
        "SOCIALACCOUNT_LOGIN_ON_GET": True,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "MFA_PASSKEY_LOGIN_ENABLED": True,
    }
