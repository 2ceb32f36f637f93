"""What a parcel is: its terms, its manifest, and how its payload lies in segments and blocks.

The format is described byte by byte in docs/formats/parcel-v1.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sekisho.kernel import documents
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import check_id, check_node_name
from sekisho.kernel.limits import KIB, MIB
from sekisho.seal import floe, hpke

PAYLOAD_TYPE = "application/vnd.sekisho.parcel+json; v=1"
ID_PREFIX = "pc"
KINDS = frozenset({"transfer", "notice"})
RECEIVER_KEY_KINDS = frozenset({"one-time", "daily"})
SUITE_STRENGTH = {"S0": 0, "S1": 1}

PARAMS = floe.Params(segment_bytes=MIB, rotation_bits=20)
BLOCK_SEGMENTS = 16
BLOCK_BYTES = BLOCK_SEGMENTS * PARAMS.segment_bytes
BLOCKS_MAX = 100_000
PAYLOAD_BYTES_MAX = BLOCKS_MAX * BLOCK_SEGMENTS * PARAMS.plain_bytes
INLINE_BYTES_MAX = 256 * KIB
LETTER_BYTES_MAX = 16 * MIB
LETTER_LENGTH_BYTES = 4
MANIFEST_BYTES_MAX = 128 * KIB
CONTEXT_ITEMS_MAX = 32
CONTEXT_VALUE_BYTES_MAX = 1_000
APPROVALS_MAX = 100

_BINDING = b"sekisho parcel v1\x00"
_CONTEXT_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}", re.ASCII)
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def head_name(parcel_id: str) -> str:
    """The last part of the name under which the head lies in the store."""
    return f"{parcel_id}.head"


def block_suffix(index: int) -> str:
    """What stands behind `<parcel id>.` in the name of one block: `b00000`, `b00001`, …"""
    return f"b{index:05d}"


@dataclass(frozen=True)
class ParcelTerms:
    """Who sends what to whom, under which key, until when: public, signed, bound to the payload.

    `context` holds short public facts (no names of people or files), `approvals` the leaf hashes
    (hexadecimal) of the approval events in the sender's ledger. Moments are cut to whole seconds.
    Raises InvalidInput SKS-P003, SKS-P020, SKS-K003 or SKS-K004.
    """

    parcel_id: str
    suite: str
    kind: str
    sender: str
    receiver: str
    receiver_key_id: str
    receiver_key_kind: str
    created: datetime
    expires: datetime
    context: Mapping[str, str]
    approvals: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "created", self.created.replace(microsecond=0))
        object.__setattr__(self, "expires", self.expires.replace(microsecond=0))
        object.__setattr__(self, "context", dict(self.context))
        hpke.suite_of(self.suite)
        check_id(self.parcel_id, ID_PREFIX)
        check_node_name(self.sender)
        check_node_name(self.receiver)
        _require(self.kind in KINDS, "kind", "transfer|notice")
        _require(
            self.receiver_key_kind in RECEIVER_KEY_KINDS, "receiver_key.kind", "one-time|daily"
        )
        _require(bool(_KEY_ID.fullmatch(self.receiver_key_id)), "receiver_key.id", "form")
        _require(self.created < self.expires, "expires", "not after created")
        _check_context(self.context)
        _require(len(self.approvals) <= APPROVALS_MAX, "approvals", f"over {APPROVALS_MAX}")
        _require(all(map(_DIGEST.fullmatch, self.approvals)), "approvals", "form")

    def binding(self) -> bytes:
        """The one byte string for these terms: the `info` of HPKE and the `aad` of FLOE."""
        texts = (
            self.parcel_id,
            self.suite,
            self.kind,
            self.sender,
            self.receiver,
            self.receiver_key_id,
            self.receiver_key_kind,
            stamp(self.created),
            stamp(self.expires),
        )
        pairs = [text for name in sorted(self.context) for text in (name, self.context[name])]
        return b"".join(
            (
                _BINDING,
                *map(_item, texts),
                len(self.context).to_bytes(4),
                *map(_item, pairs),
                len(self.approvals).to_bytes(4),
                *map(_item, self.approvals),
            )
        )


@dataclass(frozen=True)
class Layout:
    """Where the ciphertext of a payload of so many bytes lies; everything follows from the size."""

    payload_bytes: int

    @property
    def segments(self) -> int:
        return PARAMS.segments(self.payload_bytes)

    @property
    def sealed_bytes(self) -> int:
        """All segments together."""
        return PARAMS.sealed_bytes(self.payload_bytes)

    @property
    def inline_bytes(self) -> int:
        """Ciphertext inside the head: all of a small parcel, nothing of a large one."""
        return self.sealed_bytes if self.sealed_bytes <= INLINE_BYTES_MAX else 0

    @property
    def blocks(self) -> int:
        """How many objects beside the head."""
        return 0 if self.inline_bytes else -(-self.sealed_bytes // BLOCK_BYTES)

    def block_bytes(self, index: int) -> int:
        """The exact size of one block; all but the last are full."""
        return min(BLOCK_BYTES, self.sealed_bytes - index * BLOCK_BYTES)


@dataclass(frozen=True)
class Manifest:
    """The signed part of a parcel: its terms, its wrapped key, and what its ciphertext must be.

    `root` is the RFC 6962 tree hash over the ciphertext segments, each a leaf entry.
    """

    terms: ParcelTerms
    wrapped_key: bytes
    floe_header: bytes
    payload_bytes: int
    root: bytes

    @property
    def layout(self) -> Layout:
        return Layout(self.payload_bytes)

    def encode(self) -> bytes:
        """The payload of the DSSE envelope."""
        return documents.write(
            {
                "terms": _terms_document(self.terms),
                "wrapped_key": documents.b64(self.wrapped_key),
                "payload": {
                    "bytes": self.payload_bytes,
                    "segments": self.layout.segments,
                    "blocks": self.layout.blocks,
                    "block_bytes": BLOCK_BYTES,
                    "inline_bytes": self.layout.inline_bytes,
                    "floe_header": documents.b64(self.floe_header),
                    "root": self.root.hex(),
                },
            }
        )


def read_manifest(untrusted: bytes) -> Manifest:
    """The reverse of `encode`: what parses gives the same bytes when written again.

    Raises InvalidInput SKS-K001 to SKS-K005, SKS-P003, SKS-P020 or SKS-P030.
    """
    fields = documents.read(untrusted, "parcel manifest", MANIFEST_BYTES_MAX)
    terms = _read_terms(fields.object("terms"))
    wrapped_bytes = floe.KEY_BYTES + hpke.suite_of(terms.suite).overhead_bytes
    wrapped_key = fields.data("wrapped_key", length=wrapped_bytes)
    payload = fields.object("payload")
    fields.done()
    manifest = _read_payload(payload, terms, wrapped_key)
    _require(manifest.encode() == untrusted, "manifest", "not in its one canonical form")
    return manifest


def _read_payload(fields: documents.Fields, terms: ParcelTerms, wrapped_key: bytes) -> Manifest:
    size = fields.integer("bytes", minimum=LETTER_LENGTH_BYTES, maximum=PAYLOAD_BYTES_MAX)
    layout = Layout(size)
    _require(fields.integer("segments") == layout.segments, "payload.segments", "not as bytes")
    _require(fields.integer("blocks") == layout.blocks, "payload.blocks", "not as bytes")
    _require(fields.integer("block_bytes") == BLOCK_BYTES, "payload.block_bytes", "other")
    _require(
        fields.integer("inline_bytes") == layout.inline_bytes,
        "payload.inline_bytes",
        "not as bytes",
    )
    header = fields.data("floe_header", length=floe.HEADER_BYTES)
    _require(floe.read_params(header) == PARAMS, "payload.floe_header", "segment length")
    root = bytes.fromhex(fields.digest("root"))
    fields.done()
    return Manifest(terms, wrapped_key, header, size, root)


def _terms_document(terms: ParcelTerms) -> dict[str, Any]:
    return {
        "id": terms.parcel_id,
        "suite": terms.suite,
        "kind": terms.kind,
        "sender": terms.sender,
        "receiver": terms.receiver,
        "receiver_key": {"id": terms.receiver_key_id, "kind": terms.receiver_key_kind},
        "created": stamp(terms.created),
        "expires": stamp(terms.expires),
        "context": dict(terms.context),
        "approvals": list(terms.approvals),
    }


def _read_terms(fields: documents.Fields) -> ParcelTerms:
    key = fields.object("receiver_key")
    terms = ParcelTerms(
        parcel_id=fields.text("id"),
        suite=fields.text("suite"),
        kind=fields.text("kind"),
        sender=fields.text("sender"),
        receiver=fields.text("receiver"),
        receiver_key_id=key.text("id"),
        receiver_key_kind=key.text("kind"),
        created=fields.moment("created"),
        expires=fields.moment("expires"),
        context=fields.raw("context"),
        approvals=tuple(fields.texts("approvals", items_max=APPROVALS_MAX)),
    )
    key.done()
    fields.done()
    return terms


def _check_context(untrusted: Mapping[str, Any]) -> None:
    _require(len(untrusted) <= CONTEXT_ITEMS_MAX, "context", f"over {CONTEXT_ITEMS_MAX} items")
    for name, value in untrusted.items():
        _require(bool(_CONTEXT_NAME.fullmatch(name)), "context", "name")
        _require(isinstance(value, str), f"context.{name}", "text")
        _require(not _CONTROL.search(value), f"context.{name}", "control character")
        length = len(value.encode(errors="surrogatepass"))
        _require(length <= CONTEXT_VALUE_BYTES_MAX, f"context.{name}", "too long")
        _require(not re.search("[\ud800-\udfff]", value), f"context.{name}", "lone surrogate")


def _require(holds: bool, where: str, reason: str) -> None:
    if not holds:
        raise InvalidInput("SKS-P003", where=where, reason=reason)


def _item(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(4) + data
