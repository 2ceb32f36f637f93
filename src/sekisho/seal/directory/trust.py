"""Whether to accept a directory: decided here; files and the store are elsewhere.

The rules are those of the root role of The Update Framework (specification 1.0, section 5.3): a
new version needs the threshold of the administrators known so far and of those it names itself,
versions only grow, and what has expired is not used.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sekisho.kernel import documents, dsse, limits
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.signing import FINGERPRINT_GROUPS, SigningKeys, VerifyingKeys
from sekisho.seal.directory.document import DIRECTORY_TYPE, Directory, read_document
from sekisho.seal.moments import refuse_future

EXPIRES_SOON = timedelta(days=30)
"""From this long before its end the screens warn that the directory must be renewed."""


@dataclass(frozen=True)
class Standing:
    """How far the signing of a directory has come: set ids of those who did and who may yet."""

    signed: frozenset[str]
    missing: frozenset[str]
    threshold: int


def sign(untrusted_document_or_envelope: bytes, admin: SigningKeys) -> bytes:
    """The envelope with this administrator's signatures added.

    Takes the bare document (first signature) or an envelope (further ones). The caller has shown
    `changes` to the person who signs. Raises what `read_document` raises, InvalidInput SKS-K006.
    """
    envelope = _envelope_of(untrusted_document_or_envelope)
    read_document(envelope.payload)
    signed = admin.sign(DIRECTORY_TYPE, envelope.payload)
    return dsse.merged(envelope, signed.signatures).encode()


def standing(untrusted: bytes, previous: Directory | None) -> Standing:
    """Who has signed an envelope so far, among the administrators whose threshold is next.

    Those are the ones of `previous` until they are enough, then the ones it names itself.
    """
    envelope, candidate = _read(untrusted)
    judge = previous or candidate
    signed = _signed_by(envelope, judge.admins)
    if judge is previous and len(signed) >= judge.threshold:
        judge = candidate
        signed = _signed_by(envelope, judge.admins)
    return Standing(signed, frozenset(judge.admins) - signed, judge.threshold)


def accept(
    untrusted: bytes,
    *,
    previous: Directory | None,
    trusted_admins: Collection[str] = (),
    trusted_threshold: int = 1,
    now: datetime,
) -> Directory:
    """The directory to use from now on; `envelope` in it holds exactly the bytes given here.

    With `previous`, its administrators decide. Without (a node that joins), `trusted_admins` are
    fingerprints that somebody was told in person, and at least `trusted_threshold` of those must
    have signed. The same content again gives back `previous`.

    Raises InvalidInput for the shape (see `read_document`), SKS-N034 (no or bad fingerprints);
    Refused SKS-N020 (older), SKS-N021 (same version, other content), SKS-N022 (expired), SKS-N023
    (unknown signer), SKS-N024 (too few signatures), SKS-N033 (from the future), SKS-K008.
    """
    found = _step(untrusted, previous, (trusted_admins, trusted_threshold), now)
    require_fresh(found, now)
    return found


def accept_chain(
    untrusted_versions: Sequence[bytes], *, previous: Directory, now: datetime
) -> Directory:
    """Accept several versions in order, as a node does that was away while administrators changed.

    Only the last must not have expired. Raises what `accept` raises.
    """
    found = previous
    for untrusted in untrusted_versions:
        found = _step(untrusted, found, ((), 1), now)
    require_fresh(found, now)
    return found


def read_accepted(envelope: bytes) -> Directory:
    """The directory in an envelope that `accept` took before, from the node's own database.

    Nothing is judged again, not even expiry. Raises what `read_document` raises.
    """
    return replace(_read(envelope)[1], envelope=envelope)


def require_fresh(directory: Directory, now: datetime) -> None:
    """Refused SKS-N022 when the directory has expired: nothing is sent or opened by it."""
    if now >= directory.expires:
        raise Refused("SKS-N022", version=directory.version, expires=stamp(directory.expires))


def expires_soon(directory: Directory, now: datetime) -> bool:
    """Whether it is time to warn that the directory must be renewed."""
    return directory.expires - now <= EXPIRES_SOON


def _step(
    untrusted: bytes,
    previous: Directory | None,
    trusted: tuple[Collection[str], int],
    now: datetime,
) -> Directory:
    envelope, candidate = _read(untrusted)
    # 1. Older, or the very same: said first, because a later rule would say it less plainly.
    if previous is not None and candidate.version < previous.version:
        raise Refused("SKS-N020", found=candidate.version, known=previous.version)
    if previous is not None and envelope.payload == _payload_of(previous):
        return previous
    # 2. Those who decide so far have signed it.
    if previous is not None:
        admins, threshold = previous.admins, previous.threshold
    else:
        admins, threshold = _trusted(candidate, *trusted)
    _refuse_strangers(envelope, admins)
    _require(_failures(envelope, admins), threshold)
    # 3. So have those whom it names itself.
    _require(_failures(envelope, candidate.admins), candidate.threshold)
    # 4. Signed by the right people and still not to be used.
    if previous is not None and candidate.version == previous.version:
        raise Refused("SKS-N021", version=candidate.version)
    refuse_future("directory", candidate.issued, now)
    return replace(candidate, envelope=untrusted)


def _read(untrusted: bytes) -> tuple[dsse.Envelope, Directory]:
    envelope = dsse.decode(untrusted, DIRECTORY_TYPE)
    return envelope, read_document(envelope.payload)


def _envelope_of(untrusted: bytes) -> dsse.Envelope:
    fields = documents.read(untrusted, "directory", 2 * limits.DOCUMENT_BYTES_MAX)
    if fields.has("payloadType"):
        return dsse.decode(untrusted, DIRECTORY_TYPE)
    return dsse.Envelope(DIRECTORY_TYPE, untrusted, ())


def _payload_of(accepted: Directory) -> bytes:
    return dsse.decode(accepted.envelope, DIRECTORY_TYPE).payload if accepted.envelope else b""


def _trusted(
    candidate: Directory, fingerprints: Collection[str], threshold: int
) -> tuple[dict[str, VerifyingKeys], int]:
    """The administrators named in the candidate whose fingerprints were told in person."""
    wanted = {_digits(one) for one in fingerprints}
    if not 1 <= threshold <= len(wanted):
        raise InvalidInput("SKS-N034", given=len(wanted), threshold=threshold)
    admins = {
        set_id: keys
        for set_id, keys in candidate.admins.items()
        if _digits(keys.fingerprint) in wanted
    }
    return admins, max(threshold, candidate.threshold)


def _digits(fingerprint: str) -> str:
    """Forty digits, however they were spaced or typed (full width, hyphens)."""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", fingerprint))
    if not re.fullmatch(rf"[0-9]{{{5 * FINGERPRINT_GROUPS}}}", digits):
        raise InvalidInput("SKS-N034", given=fingerprint[:80], threshold=1)
    return digits


def _failures(
    envelope: dsse.Envelope, admins: Mapping[str, VerifyingKeys]
) -> dict[str, Refused | None]:
    """For each administrator why its signatures do not hold, or None when they do."""
    return {set_id: _failure(envelope, keys) for set_id, keys in admins.items()}


def _failure(envelope: dsse.Envelope, keys: VerifyingKeys) -> Refused | None:
    try:
        keys.verify(envelope)
    except Refused as error:
        return error
    return None


def _signed_by(envelope: dsse.Envelope, admins: Mapping[str, VerifyingKeys]) -> frozenset[str]:
    return frozenset(one for one, why in _failures(envelope, admins).items() if why is None)


def _refuse_strangers(envelope: dsse.Envelope, admins: Mapping[str, VerifyingKeys]) -> None:
    """Signed, but by nobody of those who decide: another thing than too few signatures."""
    known = {keys.key_id(kind) for keys in admins.values() for kind in keys.suite.document}
    carried = {one.keyid for one in envelope.signatures}
    if carried and not carried & known:
        raise Refused("SKS-N023", keys=", ".join(sorted(carried)))


def _require(failures: Mapping[str, Refused | None], threshold: int) -> None:
    have = sum(1 for why in failures.values() if why is None)
    if have >= threshold:
        return
    for why in failures.values():
        if why is not None and why.code == "SKS-K008":
            raise why
    raise Refused("SKS-N024", have=have, need=threshold)
