"""Who a program is (RFC 6750), and how much it may ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from sekisho.kernel.errors import Refused
from sekisho.node.backup.marker import require_serving
from sekisho.office.notices.actions.tokens import recognise, require_token_right
from sekisho.office.notices.models import MachineToken
from sekisho.web.request import node_of

PER_MINUTE_MAX = 1_200
TOKENS_WATCHED = 1_000


@dataclass
class Minute:
    """How often a token has asked in one minute."""

    number: int
    count: int = 0


class Watch:
    """Counts the calls of each token in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: OrderedDict[str, Minute] = OrderedDict()

    def count(self, token_id: str, minute: int) -> None:
        """One more call. Raises Refused SKS-W040 when there were too many."""
        with self._lock:
            seen = self._minutes.get(token_id)
            if seen is None or seen.number != minute:
                seen = self._minutes[token_id] = Minute(minute)
            self._minutes.move_to_end(token_id)
            while len(self._minutes) > TOKENS_WATCHED:
                self._minutes.popitem(last=False)
            seen.count += 1
            if seen.count > PER_MINUTE_MAX:
                raise Refused("SKS-W040", allowed=PER_MINUTE_MAX)


WATCH = Watch()


class Bearer(HttpBearer):
    """The token of a machine, in the head of every request."""

    def authenticate(self, request: HttpRequest, token: str) -> MachineToken:
        """Raises Refused SKS-M104 for any token that is not in force.

        From here on the evidence of the request says which token it was done through.
        """
        node = node_of(request)
        row = recognise(node.desk, token)
        WATCH.count(row.token_id, int(node.desk.now().timestamp()) // 60)
        require_serving(node)
        through = replace(node, desk=replace(node.desk, token=row.token_id))
        request.node = through  # type: ignore[attr-defined]
        return row


def needs(right: str) -> dict[str, str]:
    """The right that an operation asks for, as its entry of the schema says it."""
    return {"x-right": right}


def token_of(request: HttpRequest, right: str) -> MachineToken:
    """The token of the request, which must have the right. Raises Refused SKS-M105."""
    row = cast(MachineToken, request.auth)  # type: ignore[attr-defined]
    require_token_right(row, right)
    return row


def require_place(row: MachineToken, to_node: str, flow: str) -> None:
    """A token sends to the nodes and under the flows that were named when it was issued.

    Raises Refused SKS-M105.
    """
    if not flow or flow not in row.places:
        require_token_right(row, "send", to_node or flow)
