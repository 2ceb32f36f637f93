"""The same request twice is done once: the header `Idempotency-Key`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from sekisho.office.notices.actions import tokens
from sekisho.office.notices.models import MachineToken
from sekisho.office.site.database import atomic
from sekisho.web.request import node_of

KEY = "Idempotency-Key"


def once(request: HttpRequest, token: MachineToken, work: Callable[[], Any]) -> Any:
    """Do the work, or give the answer that this key was given before.

    The act and the answer that is kept stand in one transaction. Raises as
    `tokens.begin_answer` does, and what the work raises; then the key may be used again.
    """
    key = request.headers.get(KEY, "")
    if not key:
        return work()
    desk = node_of(request).desk
    said = f"{request.method} {request.path}\n".encode() + request.body
    digest = hashlib.sha256(said).hexdigest()
    before = tokens.begin_answer(desk, token, key=key, request_sha256=digest)
    if before is not None:
        return HttpResponse(before.body, "application/json", before.status)
    try:
        with atomic():
            made = work()
            tokens.give_answer(desk, token, key=key, status=200, body=json.dumps(made))
    except BaseException:
        tokens.drop_answer(token, key=key)
        raise
    return made
