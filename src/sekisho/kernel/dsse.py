"""DSSE envelopes: signed bytes kept exactly as they were signed.

Source: Dead Simple Signing Envelope 1.0 (secure-systems-lab/dsse, protocol.md and envelope.md).
The type is inside the signature; nothing is ever serialised again to be verified.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sekisho.kernel import documents, limits
from sekisho.kernel.errors import InvalidInput


@dataclass(frozen=True)
class Signature:
    """One signature by the key that `keyid` (16 hexadecimal digits) names."""

    keyid: str
    sig: bytes


@dataclass(frozen=True)
class Envelope:
    """A payload, its type, and the signatures over both."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def signed_bytes(self) -> bytes:
        """What the signatures are over."""
        return pae(self.payload_type, self.payload)

    def encode(self) -> bytes:
        """The envelope as JSON bytes; store and pass on exactly these."""
        return documents.write(
            {
                "payload": documents.b64(self.payload),
                "payloadType": self.payload_type,
                "signatures": [
                    {"keyid": one.keyid, "sig": documents.b64(one.sig)} for one in self.signatures
                ],
            }
        )


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding: `DSSEv1 len type len body`."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def decode(
    untrusted: bytes, payload_type: str, bytes_max: int = 2 * limits.DOCUMENT_BYTES_MAX
) -> Envelope:
    """An envelope of the one type expected here; no signature is checked yet.

    Raises InvalidInput SKS-K001 or SKS-K002 (shape) or SKS-K006 (another type).
    """
    fields = documents.read(untrusted, "envelope", bytes_max)
    kind = fields.text("payloadType", chars_max=200)
    if kind != payload_type:
        raise InvalidInput("SKS-K006", expected=payload_type, found=kind)
    payload = fields.data("payload")
    signatures = tuple(
        _signature(one) for one in fields.objects("signatures", items_max=limits.SIGNATURES_MAX)
    )
    fields.done()
    return Envelope(kind, payload, signatures)


def _signature(fields: documents.Fields) -> Signature:
    found = Signature(
        fields.text("keyid", pattern="[0-9a-f]{16}"), fields.data("sig", bytes_max=8192)
    )
    fields.done()
    return found


def merged(envelope: Envelope, more: Iterable[Signature]) -> Envelope:
    """The same envelope with further signatures, one per key id."""
    by_key = {one.keyid: one for one in (*envelope.signatures, *more)}
    return Envelope(envelope.payload_type, envelope.payload, tuple(by_key.values()))
