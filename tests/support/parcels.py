"""Parcels made for tests: fixed node names and moments, fresh keys, blocks in a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sekisho.kernel import dsse
from sekisho.kernel.signing import SUITES, SigningKeys
from sekisho.seal import hpke, opening, sealing
from sekisho.seal.head import UntrustedHead, write_head
from sekisho.seal.parcel import PAYLOAD_TYPE, Manifest, ParcelTerms, read_manifest

NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
PARCEL_ID = "pc_" + "a" * 26
OTHER_ID = "pc_" + "b" * 26
LETTER = '{"files":["予算書.xlsx"]}'.encode()


def signer(suite: str = "S1", name: str = "sender") -> SigningKeys:
    """The same key set for the same name, all through one test run."""
    return _signer(suite, name)


@cache
def _signer(suite: str, name: str) -> SigningKeys:
    return SigningKeys.generate(SUITES[suite])


def receiver_pair(suite: str = "S1", name: str = "receiver") -> tuple[bytes, bytes]:
    """(private, public), the same for the same name."""
    return _receiver_pair(suite, name)


@cache
def _receiver_pair(suite: str, name: str) -> tuple[bytes, bytes]:
    return hpke.generate(suite)


def terms(**changes: Any) -> ParcelTerms:
    values: dict[str, Any] = {
        "parcel_id": PARCEL_ID,
        "suite": "S1",
        "kind": "transfer",
        "sender": "lgwan",
        "receiver": "mynumber",
        "receiver_key_id": "rk_" + "c" * 26,
        "receiver_key_kind": "one-time",
        "created": NOW,
        "expires": NOW + timedelta(days=7),
        "context": {"route": "lgwan-mynumber", "class": "3B"},
        "approvals": ("0" * 64, "f" * 64),
    }
    return ParcelTerms(**{**values, **changes})


@dataclass
class Parcel:
    """A sealed parcel lying in memory, with all that is needed to open it."""

    sealed: sealing.SealedParcel
    blocks: dict[str, bytes]
    suite: str
    secret: sealing.SealingSecret = field(repr=False)

    @property
    def manifest(self) -> Manifest:
        return self.sealed.manifest


def seal(
    letter: bytes = LETTER,
    files: Sequence[bytes] = (),
    *,
    suite: str = "S1",
    secret: sealing.SealingSecret | None = None,
    threads: int = 2,
    sources: Sequence[sealing.Source] | None = None,
    **changes: Any,
) -> Parcel:
    """`files` come from sources that reuse their buffers, unless other `sources` are given."""
    secret = secret or sealing.SealingSecret.new()
    blocks: dict[str, bytes] = {}
    sealed = sealing.seal(
        terms(suite=suite, **changes),
        secret,
        letter,
        sources or [source_of(content) for content in files],
        [len(content) for content in files],
        receiver_pair(suite)[1],
        signer(suite),
        lambda name, data: blocks.__setitem__(name, bytes(data)),
        threads=threads,
    )
    return Parcel(sealed, blocks, suite, secret)


def source_of(content: bytes, chunk_bytes: int = 300_000) -> Callable[[], Iterator[memoryview]]:
    """A source that yields the same buffer again and again with other content."""

    def source() -> Iterator[memoryview]:
        buffer = bytearray(chunk_bytes)
        for at in range(0, len(content), chunk_bytes):
            piece = content[at : at + chunk_bytes]
            buffer[: len(piece)] = piece
            yield memoryview(buffer)[: len(piece)]
            buffer[:] = b"\xee" * chunk_bytes

    return source


def verify(head: bytes, suite: str = "S1", **changes: Any) -> opening.VerifiedHead:
    place: dict[str, Any] = {
        "receiver": "mynumber",
        "sender": "lgwan",
        "parcel_id": PARCEL_ID,
        "now": NOW,
    }
    return opening.verify_head(
        opening.read_head(head), signer(suite).public, **{**place, **changes}
    )


def open_parcel(
    head: bytes,
    blocks: dict[str, bytes],
    sizes: Sequence[int] = (),
    *,
    suite: str = "S1",
    threads: int = 2,
) -> tuple[bytes, list[bytes]]:
    """Everything a receiver does; returns the letter and the files."""
    verified = verify(head, suite)
    key = opening.content_key(verified, receiver_pair(suite)[0])
    with opening.Opening(verified, key, lambda name, size: blocks[name], threads) as parcel:
        letter = parcel.letter()
        files = []
        for size in sizes:
            content = bytearray()
            parcel.copy(size, content.extend)
            files.append(bytes(content))
        parcel.finish()
    return letter, files


def signed_anew(manifest: bytes, inline: bytes, keys: SigningKeys) -> bytes:
    """A head around any manifest bytes, as only the holder of the keys could make it."""
    return write_head(keys.sign(PAYLOAD_TYPE, manifest), inline)


def with_envelope(head: bytes, **changes: Any) -> bytes:
    """The same head with parts of its envelope replaced."""
    found: UntrustedHead = opening.read_head(head)
    one = found.envelope
    values = {
        "payload_type": one.payload_type,
        "payload": one.payload,
        "signatures": one.signatures,
        **changes,
    }
    return write_head(dsse.Envelope(**values), found.inline)


def manifest_of(head: bytes) -> Manifest:
    return read_manifest(opening.read_head(head).envelope.payload)
