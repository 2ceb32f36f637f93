"""The codes of an authenticator app, written from RFC 4226 and RFC 6238."""

from __future__ import annotations

import base64
import hmac
import struct
import time


def code_of(secret: str, later: int = 0) -> str:
    """The code that an app shows now, or `later` steps of 30 seconds after."""
    counter = int(time.time()) // 30 + later
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), "sha1").digest()
    start = mac[-1] & 15
    number = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
