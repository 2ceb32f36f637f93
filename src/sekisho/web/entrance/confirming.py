"""Allauth's views that ask once more who one is; each notes when that was."""

from __future__ import annotations

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from sekisho.web.entrance.stepup import note_confirmed


class _Noting:
    """Whoever gives what is asked for has confirmed."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Note it, then as allauth does."""
        note_confirmed(self.request)
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response


class ByPassword(_Noting, ReauthenticateView):  # type: ignore[misc]
    """By password."""


class ByCode(_Noting, CodeView):  # type: ignore[misc]
    """By a code."""


class ByPasskey(_Noting, ReauthenticateWebAuthnView):  # type: ignore[misc]
    """By a passkey."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say so, and stay: allauth would lead to the sign-in, where nobody is who is in."""
        super().form_invalid(form)
        return HttpResponseRedirect(self.request.get_full_path())
