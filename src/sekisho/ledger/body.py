"""The text of a checkpoint: origin, size, root.

Source: C2SP tlog-checkpoint, "Note text". Extension lines are refused: an ML-DSA-44 cosignature
does not cover them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.merkle import EMPTY_ROOT
from sekisho.ledger.note import is_key_name

ORIGIN_PREFIX = "sekisho/"
SIZE_MAX = 2**63 - 1
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    """The first `size` entries of the log `origin` have the tree hash `root`."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{documents.b64(self.root)}\n"


def origin_of(node: str) -> str:
    """The origin line, and the key name, of a node: `sekisho/<node>`."""
    return ORIGIN_PREFIX + check_node_name(node)


def node_of(untrusted_name: str) -> str | None:
    """The node that an origin or key name stands for, or None if it is none of ours."""
    if not untrusted_name.startswith(ORIGIN_PREFIX):
        return None
    try:
        return check_node_name(untrusted_name.removeprefix(ORIGIN_PREFIX))
    except InvalidInput:
        return None


def read_body(untrusted: str) -> Checkpoint:
    """The checkpoint that a note's text holds. Raises InvalidInput SKS-L022."""
    lines = untrusted.split("\n")
    if len(lines) != 4 or lines[3]:
        _refuse("three lines and no extension lines")
    origin, size, packed, _ = lines
    if not is_key_name(origin):
        _refuse("origin")
    root = _read_root(packed)
    if not _SIZE.fullmatch(size) or int(size) > SIZE_MAX:
        _refuse("size")
    if size == "0" and root != EMPTY_ROOT:
        _refuse("root")
    return Checkpoint(origin, int(size), root)


def _read_root(untrusted: str) -> bytes:
    try:
        root = documents.unb64(untrusted, "checkpoint")
    except InvalidInput:
        _refuse("root")
    if len(root) != 32:
        _refuse("root")
    return root


def _refuse(reason: str) -> NoReturn:
    raise InvalidInput("SKS-L022", reason=reason)
