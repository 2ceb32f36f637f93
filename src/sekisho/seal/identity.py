"""Who a node is: its signing keys on disk, and the cards by which others come to know keys.

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
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.signing import SigningKeys, VerifyingKeys, read_verifying_keys
from sekisho.seal import keyfiles, keyformat
from sekisho.seal.keyformat import GENERATION_MAX, HeldKeys, suite_named

NODE_CARD_TYPE = "application/vnd.sekisho.node-card+json; v=1"
ADMIN_CARD_TYPE = "application/vnd.sekisho.admin-card+json; v=1"
CURRENT_FILE = "signing.key"
NEXT_FILE = "signing-next.key"
TITLE_CHARS_MAX = keyformat.NAME_CHARS_MAX

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


@dataclass(frozen=True)
class AdminCard:
    """The public half of an administrator, signed by itself; compare its fingerprint too."""

    name: str
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
    """The keys in use of the node. A process that stays up must load again after a hand-over.

    Raises Broken SKS-N001 or SKS-N004 (missing, damaged), Refused SKS-N002 or SKS-N006 (open to
    others, another owner) or SKS-N010 (keys of somebody else).
    """
    keyfiles.check_folder(folder)
    return read_identity(folder / CURRENT_FILE, node)


def write_identity(path: Path, identity: Identity) -> None:
    """Write a node's key file, which must not exist. Raises Refused SKS-N003, SKS-N005."""
    held = HeldKeys("node", identity.node, identity.signing, identity.created, identity.generation)
    keyformat.write(path, held)


def read_identity(path: Path, node: str) -> Identity:
    """The node's keys in one file; raises as `load` does."""
    found = keyformat.read(path, "node")
    if found.name != node:
        raise Refused("SKS-N010", file=str(path), expected=node, found=found.name)
    return Identity(found.name, found.signing, found.created, found.generation)


def create_admin(path: Path, name: str, suite: str, now: datetime) -> Administrator:
    """Make an administrator's keys in one file, for instance on a memory stick kept in a safe.

    Raises InvalidInput SKS-N012 (name) or SKS-N013 (suite), Refused SKS-N003, Unavailable
    SKS-N005.
    """
    keys = SigningKeys.generate(suite_named(suite))
    admin = Administrator(check_title(name), keys, now.replace(microsecond=0))
    write_admin(path, admin)
    return admin


def write_admin(path: Path, admin: Administrator) -> None:
    """Write an administrator's key file, which must not exist, for instance from paper.

    Raises Refused SKS-N003, Unavailable SKS-N005.
    """
    held = HeldKeys("administrator", check_title(admin.name), admin.signing, admin.created, 0)
    keyformat.write(path, held)


def load_admin(path: Path) -> Administrator:
    """The administrator in a key file.

    Raises Broken SKS-N001 or SKS-N004, Refused SKS-N002, SKS-N006 or SKS-N010 (a node's keys).
    """
    found = keyformat.read(path, "administrator")
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
    return identity.signing.sign(NODE_CARD_TYPE, documents.write(payload)).encode()


def read_card(untrusted: bytes) -> NodeCard:
    """A node card whose own signatures hold.

    Raises InvalidInput SKS-K001, K002, K004, K005, K006, K009 or SKS-N012 (shape), Refused
    SKS-K007 or SKS-K008 (not signed by the keys on the card).
    """
    envelope = dsse.decode(untrusted, NODE_CARD_TYPE)
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


def admin_card(admin: Administrator, now: datetime) -> bytes:
    """The public half of an administrator, to be named in a directory."""
    payload = {
        "name": admin.name,
        "keys": admin.signing.public.as_document(),
        "issued": stamp(now),
    }
    return admin.signing.sign(ADMIN_CARD_TYPE, documents.write(payload)).encode()


def read_admin_card(untrusted: bytes) -> AdminCard:
    """An administrator's card whose own signatures hold; raises as `read_card` does."""
    envelope = dsse.decode(untrusted, ADMIN_CARD_TYPE)
    fields = documents.read(envelope.payload, "administrator card")
    found = AdminCard(
        name=fields.checked("name", check_title),
        keys=read_verifying_keys(fields.object("keys")),
        issued=fields.moment("issued"),
    )
    fields.done()
    found.keys.verify(envelope)
    return found


def check_zone(untrusted: str) -> str:
    """A zone's id: the same form as a node's name. Raises InvalidInput SKS-N012."""
    if not _ZONE.fullmatch(untrusted):
        raise InvalidInput("SKS-N012", field="zone", value=ascii(untrusted)[:80])
    return untrusted


def check_title(untrusted: str) -> str:
    """A name for people to read: no control or invisible characters. InvalidInput SKS-N012."""
    shown = untrusted.replace("\u3000", " ")
    if not shown.strip() or len(untrusted) > TITLE_CHARS_MAX or not shown.isprintable():
        raise InvalidInput("SKS-N012", field="title", value=ascii(untrusted)[:80])
    return untrusted
