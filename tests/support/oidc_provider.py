"""A small provider of OpenID Connect in this process: authorisation code with PKCE, ES256.

It signs in whoever `claims` says, without a page, and is as strict as a careful provider: one use
of each code, the exact redirect address, the verifier of RFC 7636, the secret of the client.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

CLIENT_ID, CLIENT_SECRET = "sekisho", "client-secret-1"


@dataclass
class Provider:
    """What it says of who signs in, and what it was asked."""

    claims: dict[str, Any] = field(default_factory=dict)
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def configuration(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, section 3."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "response_types_supported": ["code"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """The address to which the browser goes back."""
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            self.refused.append("no PKCE")
            answer = {"error": "invalid_request", "state": asked.get("state", "")}
            return f"{asked['redirect_uri']}?{urlencode(answer)}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code; None when something does not fit."""
        given = self.codes.pop(asked.get("code", ""), None)
        digest = sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        fits = given is not None and (
            asked.get("client_id"),
            asked.get("client_secret"),
            asked.get("redirect_uri"),
            challenge,
        ) == (CLIENT_ID, CLIENT_SECRET, given["redirect_uri"], given["code_challenge"])
        if not fits:
            self.refused.append("token")
            return None
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self._id_token(),
        }

    def _id_token(self) -> str:
        now = int(time.time())
        told = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            **self.claims,
        }
        return jwt.encode(told, self.key, algorithm="ES256", headers={"kid": "one"})

    def keys(self) -> dict[str, Any]:
        """RFC 7517."""
        public = json.loads(ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "alg": "ES256", "use": "sig"}]}


@contextmanager
def oidc_provider(**claims: Any) -> Iterator[Provider]:
    """The provider for the length of the block."""
    provider = Provider(claims={"sub": "1234", **claims})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = dict(parse_qsl(parts.query))
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
            elif parts.path == "/userinfo":
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                self._answer(provider.claims if token in provider.tokens else None)
            elif parts.path == "/jwks":
                self._answer(provider.keys())
            else:
                self._answer(provider.configuration())

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            self._answer(provider.token(dict(parse_qsl(self.rfile.read(length).decode()))))

        def _answer(self, value: dict[str, Any] | None) -> None:
            self.send_response(400 if value is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(value or {"error": "invalid_grant"}).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """The test says enough."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
