"""What every answer forbids the browser.

Content Security Policy Level 3 with a nonce for each answer; OWASP ASVS 5.0, chapter V3.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NONCE_BYTES = 16
HSTS_SECONDS = 31_536_000
NEVER = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
SANDBOXED = f"sandbox; default-src 'none'; {NEVER}"
"""For what people sent and for documents: nothing in it runs, were it ever shown."""


class SecurityHeaders:
    """Nothing is loaded from elsewhere, no script runs that has no nonce, no page is framed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(NONCE_BYTES)  # type: ignore[attr-defined]
        response = self._next(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy(request.csp_nonce))  # type: ignore[attr-defined]
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = (
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
            "publickey-credentials-get=(self), publickey-credentials-create=(self)"
        )
        if not request.path.startswith(settings.STATIC_URL):
            headers.setdefault("Cache-Control", "no-store")
        if request.is_secure():
            headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}; includeSubDomains"
        return response


def policy(nonce: str) -> str:
    """The policy of a page."""
    return (
        "default-src 'none'; "
        f"script-src 'nonce-{nonce}'; "
        "style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        f"form-action 'self'; {NEVER}"
    )
