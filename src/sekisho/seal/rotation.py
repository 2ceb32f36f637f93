"""A node's own hand-over on disk: begin, publish (the caller), finish. Killed anywhere, run again.

1. `begin` makes the next keys and the statement durable, and returns the statement.
2. The caller publishes it as `nodes/<node>/handover/<n>`, write-once.
3. `finish` puts the next keys in the place of the old ones and destroys the old private halves.

Until step 3 the node signs with the old keys, so nothing is signed by keys that nobody knows.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from sekisho.kernel.errors import Broken, Refused
from sekisho.kernel.signing import SigningKeys, SigningSuite
from sekisho.seal import handover, identity, keyfiles
from sekisho.seal.identity import CURRENT_FILE, NEXT_FILE, Identity
from sekisho.seal.keyformat import suite_named

_STATEMENT = re.compile(r"handover-(\d{4})\.json", re.ASCII)


def begin(folder: Path, node: str, now: datetime, *, suite: str | None = None) -> tuple[int, bytes]:
    """The number and the statement of the hand-over under way, begun now if there is none.

    `suite` is that of the new keys, by default that of the old. Raises what `identity.load`
    raises, InvalidInput SKS-N013 (suite), Unavailable SKS-N005.
    """
    current = identity.load(folder, node)
    number = current.generation + 1
    path = statement_path(folder, number)
    if not path.exists():
        wanted = suite_named(suite) if suite else current.signing.suite
        following = _next_keys(folder, current, wanted, now)
        made = handover.statement(node, number, current.signing, following.signing, now)
        keyfiles.write_new(path, made)
    return number, keyfiles.read(path)


def finish(folder: Path, node: str) -> Identity:
    """Take the new keys into use and destroy the old private halves; returns the new identity.

    Call it once the statement is in the store; every process of the node must load its identity
    again after. Raises Refused SKS-N011 (no hand-over was begun), Broken SKS-N015 (the next keys
    are not those of the statement), Unavailable SKS-N005.
    """
    path = folder / NEXT_FILE
    newest = identity.read_identity(path, node) if path.exists() else identity.load(folder, node)
    stated = statement_path(folder, newest.generation)
    if not stated.exists():
        raise Refused("SKS-N011", node=node)
    if handover.read(keyfiles.read(stated)).new != newest.signing.public:
        raise Broken("SKS-N015", file=str(stated))
    keyfiles.promote(path, folder / CURRENT_FILE)
    return newest


def statements(folder: Path) -> dict[int, bytes]:
    """The node's own statements by number, to publish again where a store has lost them."""
    found = {}
    for path in sorted(folder.iterdir()):
        match = _STATEMENT.fullmatch(path.name)
        if match:
            found[int(match[1])] = keyfiles.read(path)
    return found


def statement_path(folder: Path, number: int) -> Path:
    """Where the statement of one hand-over stands in the key folder."""
    return folder / f"handover-{number:04d}.json"


def _next_keys(folder: Path, current: Identity, suite: SigningSuite, now: datetime) -> Identity:
    path = folder / NEXT_FILE
    # Keys without a statement are from a run that was killed; nobody has seen them.
    keyfiles.destroy(path)
    made = Identity(
        current.node,
        SigningKeys.generate(suite),
        now.replace(microsecond=0),
        current.generation + 1,
    )
    identity.write_identity(path, made)
    return made
