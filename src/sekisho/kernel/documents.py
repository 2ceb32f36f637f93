"""Strict JSON for everything that is signed: one way to write it, bounded ways to read it.

Written compact, keys sorted, UTF-8. Read with limits on size, depth and count; duplicate keys,
floating-point numbers and unknown fields are refused (I-JSON, RFC 7493, made stricter).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from sekisho.kernel import limits
from sekisho.kernel.clock import parse_stamp
from sekisho.kernel.errors import InvalidInput

T = TypeVar("T")
INTEGER_MAX = 2**53 - 1

# Possessive, and a text that never ends is eaten whole: else hostile bytes cost quadratic time.
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)


def write(value: Any) -> bytes:
    """`value` as compact UTF-8 JSON with sorted keys; the same value gives the same bytes."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def require_canonical(untrusted: bytes, written: bytes, what: str) -> None:
    """Refuse bytes that differ from what their reading gives when written again: one document has
    one form, and one digest. Raises InvalidInput SKS-K001."""
    if untrusted != written:
        _refuse(what, "not in its one canonical form")


def b64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode()


def unb64(untrusted: str, where: str) -> bytes:
    """The one canonical reading of base64 text. Raises InvalidInput SKS-K002."""
    try:
        data = base64.b64decode(untrusted, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("SKS-K002", where=where, reason="base64") from None
    if b64(data) != untrusted:
        raise InvalidInput("SKS-K002", where=where, reason="base64")
    return data


def unhex(untrusted: str, where: str, length: int) -> bytes:
    """Exactly `length` bytes from lower-case hexadecimal text. Raises InvalidInput SKS-K002."""
    if len(untrusted) != 2 * length or not re.fullmatch("[0-9a-f]*", untrusted):
        raise InvalidInput("SKS-K002", where=where, reason=f"{length} bytes in hexadecimal")
    return bytes.fromhex(untrusted)


def read(untrusted: bytes, what: str, bytes_max: int = limits.DOCUMENT_BYTES_MAX) -> Fields:
    """The object that the bytes hold, as `Fields` named `what`. Raises InvalidInput SKS-K001."""
    if len(untrusted) > bytes_max:
        _refuse(what, f"over {bytes_max} bytes")
    _refuse_deep(untrusted, what)
    try:
        value = json.loads(
            untrusted.decode("utf-8"),
            object_pairs_hook=lambda pairs: _object(pairs, what),
            parse_float=lambda text: _refuse(what, "a number with a fraction"),
            parse_constant=lambda text: _refuse(what, text),
            parse_int=lambda text: _integer(text, what),
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        _refuse(what, "not UTF-8 JSON")
    return Fields(value, what)


class Fields:
    """The fields of one JSON object, taken one by one with type and bound, then closed.

    Each reader raises InvalidInput SKS-K002 naming the field; `done` raises it for fields that
    nobody asked for.
    """

    def __init__(self, untrusted: Any, where: str) -> None:
        if not isinstance(untrusted, dict):
            raise InvalidInput("SKS-K002", where=where, reason="object")
        self._rest: dict[str, Any] = dict(untrusted)
        self.where = where

    def _take(self, name: str, kind: type[T]) -> T:
        value = self._rest.pop(name, None)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InvalidInput("SKS-K002", where=f"{self.where}.{name}", reason=kind.__name__)
        return value

    def _bad(self, name: str, reason: str) -> NoReturn:
        raise InvalidInput("SKS-K002", where=f"{self.where}.{name}", reason=reason)

    def has(self, name: str) -> bool:
        """Whether an optional field is there and not yet taken."""
        return name in self._rest

    def names(self) -> tuple[str, ...]:
        """The fields that nobody took so far."""
        return tuple(self._rest)

    def text(
        self, name: str, *, chars_max: int = limits.TEXT_CHARS_MAX, pattern: str | None = None
    ) -> str:
        """Text of at most `chars_max` characters, matching `pattern` as a whole."""
        value = self._take(name, str)
        if len(value) > chars_max:
            self._bad(name, f"over {chars_max} characters")
        if pattern is not None and not re.fullmatch(pattern, value, re.ASCII):
            self._bad(name, "form")
        if not _is_scalar_text(value):
            self._bad(name, "form")
        return value

    def checked(self, name: str, check: Callable[..., T], *args: Any) -> T:
        """Text passed through a checker such as `check_node_name`."""
        return check(self.text(name), *args)

    def integer(self, name: str, *, minimum: int = 0, maximum: int = INTEGER_MAX) -> int:
        """A whole number within bounds, both included."""
        value = self._take(name, int)
        if not minimum <= value <= maximum:
            self._bad(name, f"{minimum}..{maximum}")
        return value

    def flag(self, name: str) -> bool:
        """true or false."""
        return self._take(name, bool)

    def data(self, name: str, *, length: int | None = None, bytes_max: int | None = None) -> bytes:
        """Bytes written as canonical base64, of an exact or a bounded length."""
        value = unb64(self._take(name, str), f"{self.where}.{name}")
        if length is not None and len(value) != length:
            self._bad(name, f"{length} bytes")
        if bytes_max is not None and len(value) > bytes_max:
            self._bad(name, f"over {bytes_max} bytes")
        return value

    def digest(self, name: str) -> str:
        """A SHA-256 digest as 64 lower-case hexadecimal digits."""
        return self.text(name, pattern="[0-9a-f]{64}")

    def moment(self, name: str) -> datetime:
        """A moment written by `clock.stamp`."""
        return parse_stamp(self.text(name))

    def choice(self, name: str, allowed: frozenset[str] | set[str]) -> str:
        """One of a closed set of words."""
        value = self.text(name)
        if value not in allowed:
            self._bad(name, "|".join(sorted(allowed)))
        return value

    def object(self, name: str) -> Fields:
        """A nested object."""
        return Fields(self._take(name, dict), f"{self.where}.{name}")

    def items(self, name: str, *, items_max: int = limits.DOCUMENT_ITEMS_MAX) -> list[Any]:
        """A list of raw values, at most `items_max`."""
        value = self._take(name, list)
        if len(value) > items_max:
            self._bad(name, f"over {items_max} items")
        return value

    def objects(self, name: str, *, items_max: int = limits.DOCUMENT_ITEMS_MAX) -> list[Fields]:
        """A list of objects."""
        return [
            Fields(item, f"{self.where}.{name}[{i}]")
            for i, item in enumerate(self.items(name, items_max=items_max))
        ]

    def texts(self, name: str, *, items_max: int, chars_max: int = 200) -> list[str]:
        """A list of short texts."""
        values = self.items(name, items_max=items_max)
        for value in values:
            if not isinstance(value, str) or len(value) > chars_max or not _is_scalar_text(value):
                self._bad(name, "text")
        return values

    def raw(self, name: str) -> dict[str, Any]:
        """A nested object that is passed on unread (it is still bounded by `read`)."""
        return self._take(name, dict)

    def done(self) -> None:
        """Refuse fields that nobody took."""
        for name in self._rest:
            self._bad(name[:80], "unknown field")


def _is_scalar_text(value: str) -> bool:
    """No lone surrogates: such text cannot be written back as UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(what: str, reason: str) -> NoReturn:
    raise InvalidInput("SKS-K001", what=what, reason=reason)


def _object(pairs: list[tuple[str, Any]], what: str) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        _refuse(what, "a key twice in one object")
    return value


def _integer(text: str, what: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > INTEGER_MAX:
        _refuse(what, "a number beyond 2^53")
    if text == "-0":
        _refuse(what, "-0")
    return value


def _refuse_deep(untrusted: bytes, what: str) -> None:
    """Bound depth and count before the parser spends anything on them."""
    if untrusted.count(b",") + untrusted.count(b"[") > limits.DOCUMENT_ITEMS_MAX:
        _refuse(what, f"over {limits.DOCUMENT_ITEMS_MAX} items")
    depth = 0
    for byte in re.findall(rb"[\[\]{}]", _TEXT.sub(b"", untrusted)):
        depth += 1 if byte in b"[{" else -1
        if depth > limits.DOCUMENT_DEPTH_MAX:
            _refuse(what, f"deeper than {limits.DOCUMENT_DEPTH_MAX}")
