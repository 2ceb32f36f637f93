"""Addresses around signing in. What allauth would offer and makes no sense here does not exist."""

from django.urls import path, re_path

from sekisho.web.entrance import about, confirming, sessions, stepup, views

urlpatterns = [
    path("language", views.choose_language, name="choose_language"),
    path("keys", views.choose_keys, name="choose_keys"),
    path("about/", about.about, name="about_sign_in"),
    path("go-on", stepup.go_on, name="go_on"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<int:number>/end", sessions.end_session, name="end_session"),
    path("sessions/end", sessions.end_others, name="end_other_sessions"),
]

CLOSED = (
    ("signup/", "account_signup"),
    ("email/", "account_email"),
    ("confirm-email/", "account_email_verification_sent"),
    ("login/code/", "account_request_login_code"),
    ("login/code/confirm/", "account_confirm_login_code"),
    ("password/reset/", "account_reset_password"),
    ("password/reset/done/", "account_reset_password_done"),
    ("password/reset/key/done/", "account_reset_password_from_key_done"),
    ("3rdparty/", "socialaccount_connections"),
    ("3rdparty/signup/", "socialaccount_signup"),
    ("3rdparty/login/cancelled/", "socialaccount_login_cancelled"),
    ("3rdparty/login/error/", "socialaccount_login_error"),
    ("sessions/", "usersessions_list"),
)
"""Here the IT office registers people and sets passwords, and sessions have their own page."""


account_urls = [
    *(path(address, views.absent, name=name) for address, name in CLOSED),
    re_path(r"^(?:confirm-email|password/reset/key|social)/.+$", views.absent),
    path("logout/", views.sign_out, name="account_logout"),
    path("password/set/", views.set_password, name="account_set_password"),
    path("reauthenticate/", confirming.ByPassword.as_view(), name="account_reauthenticate"),
    path("2fa/reauthenticate/", confirming.ByCode.as_view(), name="mfa_reauthenticate"),
    path(
        "2fa/webauthn/reauthenticate/",
        confirming.ByPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
]
"""Before those of allauth; of two that match, the first one counts."""
