"""Bodies are strict JSON: no name twice, no number that JSON does not know."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser


class StrictParser(Parser):
    """What two readers could understand in two ways is no JSON (RFC 8259, section 4)."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The object in the body. Raises ValueError, also for what is nested too deeply."""
        try:
            found = json.loads(request.body, object_pairs_hook=_once_each, parse_constant=_refuse)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if not isinstance(found, dict):
            raise ValueError("no object")
        return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
