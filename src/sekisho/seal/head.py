"""The head of a parcel: magic, signed manifest and, for a small parcel, the payload itself.

Reading only takes the frame apart; `verify_head` is the one judgement whether a head is what the
receiver expects at this place, from this sender, now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.utils import Buffer

from sekisho.kernel import dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.limits import KIB
from sekisho.kernel.signing import VerifyingKeys
from sekisho.seal.parcel import (
    INLINE_BYTES_MAX,
    PAYLOAD_TYPE,
    SUITE_STRENGTH,
    Manifest,
    ParcelTerms,
    read_manifest,
)

MAGIC = b"sekisho parcel 1\n"
LENGTH_BYTES = 4
ENVELOPE_BYTES_MAX = 192 * KIB
HEAD_BYTES_MAX = len(MAGIC) + LENGTH_BYTES + ENVELOPE_BYTES_MAX + LENGTH_BYTES + INLINE_BYTES_MAX
CLOCK_AHEAD_MAX = timedelta(minutes=10)
"""How far a sender's clock may be ahead of ours before its parcel has to wait."""


@dataclass(frozen=True)
class UntrustedHead:
    """A head taken apart, nothing in it believed yet."""

    envelope: dsse.Envelope
    inline: bytes


@dataclass(frozen=True)
class VerifiedHead:
    """A head whose signatures hold and whose manifest is what was expected here.

    The ciphertext, `inline` too, is checked only by `Opening` or `check_root`.
    """

    envelope: dsse.Envelope
    manifest: Manifest
    inline: bytes

    @property
    def terms(self) -> ParcelTerms:
        return self.manifest.terms


def write_head(envelope: dsse.Envelope, inline: Buffer) -> bytes:
    """The bytes of a head."""
    signed = envelope.encode()
    return b"".join(
        (
            MAGIC,
            len(signed).to_bytes(LENGTH_BYTES),
            signed,
            len(inline).to_bytes(LENGTH_BYTES),
            inline,
        )
    )


def read_head(untrusted: Buffer) -> UntrustedHead:
    """The reverse of `write_head`; what parses gives the same bytes when written again.

    Raises InvalidInput SKS-P001 (not a parcel head), SKS-P002 (cut short, too large, or more
    bytes than belong to it), SKS-K001, SKS-K002 or SKS-K006 (the envelope).
    """
    data = bytes(untrusted[: HEAD_BYTES_MAX + 1])
    if not data.startswith(MAGIC):
        raise InvalidInput("SKS-P001", reason=repr(data[: len(MAGIC)]))
    signed, rest = _length_and_bytes(data[len(MAGIC) :], ENVELOPE_BYTES_MAX)
    inline, rest = _length_and_bytes(rest, INLINE_BYTES_MAX)
    if rest:
        raise InvalidInput("SKS-P002", reason="more bytes than belong to it")
    envelope = dsse.decode(signed, PAYLOAD_TYPE, ENVELOPE_BYTES_MAX)
    if envelope.encode() != signed:
        raise InvalidInput("SKS-P002", reason="envelope not in its one canonical form")
    return UntrustedHead(envelope, inline)


def _length_and_bytes(data: bytes, bytes_max: int) -> tuple[bytes, bytes]:
    end = LENGTH_BYTES + int.from_bytes(data[:LENGTH_BYTES])
    if end > LENGTH_BYTES + bytes_max:
        raise InvalidInput("SKS-P002", reason=f"over {bytes_max} bytes")
    if len(data) < max(end, LENGTH_BYTES):
        raise InvalidInput("SKS-P002", reason="cut short")
    return data[LENGTH_BYTES:end], data[end:]


def verify_head(
    head: UntrustedHead,
    keys: VerifyingKeys,
    *,
    receiver: str,
    sender: str,
    parcel_id: str,
    now: datetime,
) -> VerifiedHead:
    """Judge a head found in the store under `sender`'s name for `receiver` as `parcel_id`.

    Steps: (1) every signature of the sender's suite is there and holds, and no others are;
    (2) the manifest is well formed and consistent; (3) it is the parcel of this place; (4) its
    suite is not weaker than the sender's keys; (5) it is valid now; (6) the inline payload has
    the stated size. Raises Refused SKS-K007, SKS-K008, SKS-P004 to SKS-P007, SKS-P009, SKS-P010
    or SKS-P011, Refused SKS-P008 (may pass later), and what `read_manifest` raises.
    """
    keys.verify(head.envelope)
    expected = len(keys.suite.document)
    if len(head.envelope.signatures) != expected:
        raise Refused("SKS-P010", expected=expected, found=len(head.envelope.signatures))
    manifest = read_manifest(head.envelope.payload)
    _check_place(manifest.terms, receiver=receiver, sender=sender, parcel_id=parcel_id)
    check_strength(manifest.terms, keys)
    _check_time(manifest.terms, now)
    if len(head.inline) != manifest.layout.inline_bytes:
        raise InvalidInput(
            "SKS-P011",
            block="inline",
            expected=manifest.layout.inline_bytes,
            found=len(head.inline),
        )
    return VerifiedHead(head.envelope, manifest, head.inline)


def _check_place(terms: ParcelTerms, *, receiver: str, sender: str, parcel_id: str) -> None:
    for code, expected, found in (
        ("SKS-P004", parcel_id, terms.parcel_id),
        ("SKS-P005", sender, terms.sender),
        ("SKS-P006", receiver, terms.receiver),
    ):
        if expected != found:
            raise Refused(code, expected=expected[:80], found=found)


def check_strength(terms: ParcelTerms, keys: VerifyingKeys) -> None:
    """The parcel's suite may be stronger than the sender's keys, not weaker: Refused SKS-P009."""
    if SUITE_STRENGTH[terms.suite] < SUITE_STRENGTH[keys.suite.name]:
        raise Refused("SKS-P009", expected=keys.suite.name, found=terms.suite)


def _check_time(terms: ParcelTerms, now: datetime) -> None:
    if now >= terms.expires:
        raise Refused("SKS-P007", expires=stamp(terms.expires))
    if terms.created > now + CLOCK_AHEAD_MAX:
        raise Refused("SKS-P008", created=stamp(terms.created))
