"""Who a node is: its signing keys on disk, and the card by which others come to know it.

A node's key folder holds `signing.key` (the keys in use), during a hand-over `signing-next.key`,
and one `handover-<n>.json` for every hand-over made; those statements hold the public halves of
all earlier keys, whose private halves are destroyed. Formats: docs/formats/identity-v1.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sekisho.kernel import documents, dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Broken, InvalidInput, Refused
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.signing import (
    SEED_BYTES,
    SUITES,
    SigningKeys,
    SigningSuite,
    VerifyingKeys,
    read_verifying_keys,
)
from sekisho.seal import keyfiles

CARD_TYPE = "application/vnd.sekisho.node-card.v1+json"
KEY_FILE_FORMAT = "sekisho-key-file-v1"
CURRENT_FILE = "signing.key"
NEXT_FILE = "signing-next.key"
TITLE_CHARS_MAX = 100
GENERATION_MAX = 9_999

_ZONE = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)


@dataclass(frozen=True)
class Identity:
    """A node and its signing keys; `generation` counts the hand-overs made so far."""

    node: str
    signing: SigningKeys
    created: datetime
    generation: int = 0


@dataclass(frozen=True)
class Administrator:
    """One person who signs the directory; `name` is shown to those who check signatures."""

    name: str
    signing: SigningKeys
    created: datetime


@dataclass(frozen=True)
class NodeCard:
    """What a node says of itself, signed by the keys on the card (proof that it holds them).

    It proves nothing about who the node is: somebody must compare `keys.fingerprint` with the
    people there before the card goes into a directory.
    """

    node: str
    zone: str
    title: str
    generation: int
    keys: VerifyingKeys
    issued: datetime


def create(folder: Path, node: str, suite: str, now: datetime, *, generation: int = 0) -> Identity:
    """Make the key folder and a node's first keys, durable before this returns.

    A node whose keys were lost starts at a `generation` above the one in the directory. Raises
    InvalidInput SKS-K004 (name), SKS-N013 (suite) or SKS-N014 (generation); Refused SKS-N003
    (keys are there already), SKS-N002 or SKS-N006 (folder); Unavailable SKS-N005.
    """
    check_node_name(node)
    if not 0 <= generation <= GENERATION_MAX:
        raise InvalidInput("SKS-N014", generation=generation)
    keys = SigningKeys.generate(suite_named(suite))
    identity = Identity(node, keys, now.replace(microsecond=0), generation)
    keyfiles.make_folder(folder)
    write_identity(folder / CURRENT_FILE, identity)
    return identity


def load(folder: Path, node: str) -> Identity:
    """The keys in use of the node.

    Raises Broken SKS-N001 or SKS-N004 (missing, damaged), Refused SKS-N002 or SKS-N006 (open to
    others, another owner) or SKS-N010 (keys of somebody else).
    """
    keyfiles.check_folder(folder)
    return read_identity(folder / CURRENT_FILE, node)


def create_admin(path: Path, name: str, suite: str, now: datetime) -> Administrator:
    """Make an administrator's keys in one file, for instance on a memory stick kept in a safe.

    Raises InvalidInput SKS-N012 (name) or SKS-N013 (suite), Refused SKS-N003, Unavailable
    SKS-N005.
    """
    keys = SigningKeys.generate(suite_named(suite))
    admin = Administrator(check_title(name), keys, now.replace(microsecond=0))
    write_admin(path, admin)
    return admin


def load_admin(path: Path) -> Administrator:
    """The administrator in a key file.

    Raises Broken SKS-N001 or SKS-N004, Refused SKS-N002, SKS-N006 or SKS-N010 (a node's keys).
    """
    found = _read_key_file(path, "administrator")
    return Administrator(found.name, found.signing, found.created)


def card(identity: Identity, zone: str, title: str, now: datetime) -> bytes:
    """A node card to hand to the administrators. Raises InvalidInput SKS-N012 (zone or title)."""
    payload = {
        "node": identity.node,
        "zone": check_zone(zone),
        "title": check_title(title),
        "generation": identity.generation,
        "keys": identity.signing.public.as_document(),
        "issued": stamp(now),
    }
    return identity.signing.sign(CARD_TYPE, documents.write(payload)).encode()


def read_card(untrusted: bytes) -> NodeCard:
    """A node card whose own signatures hold.

    Raises InvalidInput SKS-K001, K002, K004, K005, K006, K009 or SKS-N012 (shape), Refused
    SKS-K007 or SKS-K008 (not signed by the keys on the card).
    """
    envelope = dsse.decode(untrusted, CARD_TYPE)
    fields = documents.read(envelope.payload, "node card")
    found = NodeCard(
        node=fields.checked("node", check_node_name),
        zone=fields.checked("zone", check_zone),
        title=fields.checked("title", check_title),
        generation=fields.integer("generation", maximum=GENERATION_MAX),
        keys=read_verifying_keys(fields.object("keys")),
        issued=fields.moment("issued"),
    )
    fields.done()
    found.keys.verify(envelope)
    return found


def suite_named(name: str) -> SigningSuite:
    """The signing suite `S0` or `S1`. Raises InvalidInput SKS-N013."""
    if name not in SUITES:
        raise InvalidInput("SKS-N013", suite=name[:20])
    return SUITES[name]


def check_zone(untrusted: str) -> str:
    """A zone's id: the same form as a node's name. Raises InvalidInput SKS-N012."""
    if not _ZONE.fullmatch(untrusted):
        raise InvalidInput("SKS-N012", field="zone", value=untrusted[:80])
    return untrusted


def check_title(untrusted: str) -> str:
    """A name for people to read: no control or invisible characters. InvalidInput SKS-N012."""
    shown = untrusted.replace("\u3000", " ")
    if not untrusted.strip() or len(untrusted) > TITLE_CHARS_MAX or not shown.isprintable():
        raise InvalidInput("SKS-N012", field="title", value=ascii(untrusted)[:80])
    return untrusted


def write_identity(path: Path, identity: Identity) -> None:
    """Write a node's key file, which must not exist. Raises Refused SKS-N003, SKS-N005."""
    held = _Held("node", identity.node, identity.signing, identity.created, identity.generation)
    keyfiles.write_new(path, _key_file(held))


def write_admin(path: Path, admin: Administrator) -> None:
    """Write an administrator's key file, which must not exist. Refused SKS-N003, SKS-N005."""
    held = _Held("administrator", admin.name, admin.signing, admin.created, 0)
    keyfiles.write_new(path, _key_file(held))


def read_identity(path: Path, node: str) -> Identity:
    """The node's keys in one file; raises as `load` does."""
    found = _read_key_file(path, "node")
    if found.name != node:
        raise Refused("SKS-N010", file=str(path), expected=node, found=found.name)
    return Identity(found.name, found.signing, found.created, found.generation)


@dataclass(frozen=True)
class _Held:
    """What one key file holds."""

    owner: str
    name: str
    signing: SigningKeys
    created: datetime
    generation: int


def _key_file(held: _Held) -> bytes:
    seeds = {kind: documents.b64(seed) for kind, seed in held.signing.seeds.items()}
    return documents.write(
        {
            "format": KEY_FILE_FORMAT,
            "owner": held.owner,
            "name": held.name,
            "generation": held.generation,
            "created": stamp(held.created),
            "suite": held.signing.suite.name,
            "set_id": held.signing.public.set_id,
            "seeds": seeds,
        }
    )


def _read_key_file(path: Path, owner: str) -> _Held:
    data = keyfiles.read(path)
    try:
        found, set_id = _parse_key_file(data)
    except InvalidInput as error:
        # The details of a damaged secret stay out of messages.
        raise Broken("SKS-N004", file=str(path), reason=error.code) from None
    if found.signing.public.set_id != set_id:
        raise Broken("SKS-N004", file=str(path), reason="set_id")
    if found.owner != owner:
        raise Refused("SKS-N010", file=str(path), expected=owner, found=found.owner)
    return found


def _parse_key_file(data: bytes) -> tuple[_Held, str]:
    fields = documents.read(data, "key file", keyfiles.KEY_FILE_BYTES_MAX)
    fields.choice("format", {KEY_FILE_FORMAT})
    suite = SUITES[fields.choice("suite", set(SUITES))]
    inner = fields.object("seeds")
    seeds = {kind: inner.data(kind, length=SEED_BYTES) for kind in suite.kinds}
    inner.done()
    held = _Held(
        owner=fields.choice("owner", {"node", "administrator"}),
        name=fields.text("name", chars_max=TITLE_CHARS_MAX),
        signing=SigningKeys(suite, seeds),
        created=fields.moment("created"),
        generation=fields.integer("generation", maximum=GENERATION_MAX),
    )
    set_id = fields.text("set_id", pattern="[0-9a-f]{16}")
    fields.done()
    return held, set_id
