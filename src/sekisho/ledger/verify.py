"""Judge an evidence package offline: no node, no network, no Django.

Needs the standard library, `cryptography` and the kernel; formats of other engines come in as
`Readers`. Checks, in this order: (1) the package has the one form; (2) the directory is signed
by administrators that are trusted; (3) the log's node signed the checkpoint, enough witnesses
countersigned it; (4) every record is signed by the node and stands in the log; (5) disclosures
fit; (6) the acts are complete and in order; (7) parcels and receipts agree with the records;
(8) the log continues earlier checkpoints. A check that cannot be made never counts as passed.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.ledger.audit import Progress
from sekisho.ledger.body import node_of
from sekisho.ledger.case import Case, open_by_any
from sekisho.ledger.checkpoint import (
    CLOCK_SKEW_MAX,
    SignedCheckpoint,
    moment_of,
    require_not_ahead,
)
from sekisho.ledger.cosignature import check as check_signature
from sekisho.ledger.crosscheck import check_parcels, check_receipts
from sekisho.ledger.package import EvidencePackage
from sekisho.ledger.policy import Policy, Quorum, judge_quorum, read_policy
from sekisho.ledger.records import check_course, take_records
from sekisho.ledger.tree import check_consistency
from sekisho.ledger.unpack import read_package
from sekisho.ledger.verdict import Line, Verdict, bad, from_error, good, info, unknown
from sekisho.ledger.views import DirectoryView, Readers
from sekisho.ledger.words import KIND_WORDS


def verify_package(
    untrusted: Path | bytes,
    *,
    readers: Readers,
    trusted_admins: Collection[str] | None,
    now: datetime,
    trusted_threshold: int = 1,
    previous_checkpoint: bytes | None = None,
    policy: bytes | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """What there is to say about a package. Never raises for what is in the package.

    `trusted_admins` are fingerprints that the reader compared in person or by telephone, of whom
    at least `trusted_threshold` must have signed the directory; None leaves that one line
    unknown, so the verdict is not ok. `previous_checkpoint` is a note that the reader kept from
    earlier. `policy` is the reader's own in place of the one in the package; only such a policy
    can do without witnesses (`quorum none`). `progress` is told records done and records in all.
    Raises OSError when the file cannot be read.
    """
    try:
        package = _read(untrusted)
    except SekishoError as error:
        return Verdict((from_error(error),))
    try:
        directory = readers.read_directory(package.directory, package.handovers)
        signed = open_by_any(package.checkpoint, package.node, directory)
    except SekishoError as error:
        return Verdict((from_error(error),))
    case = Case(package, directory, readers, signed)
    records = take_records(case, progress)
    return Verdict(
        (
            *_introduce(case, now),
            *_check_admins(directory, trusted_admins, trusted_threshold),
            *_check_checkpoint(case, now),
            *_check_witnesses(case, policy, now),
            *records.lines,
            *check_course(case, records.acts),
            *check_parcels(case, records.acts),
            *check_receipts(case, records.acts),
            *_check_earlier(case),
            *_check_previous(case, previous_checkpoint),
        )
    )


def _read(untrusted: Path | bytes) -> EvidencePackage:
    if isinstance(untrusted, bytes):
        return read_package(io.BytesIO(untrusted))
    with untrusted.open("rb") as file:
        return read_package(file)


def _introduce(case: Case, now: datetime) -> Iterator[Line]:
    package, directory = case.package, case.directory
    kind_ja, kind_en = KIND_WORDS[package.kind]
    yield info(
        "package",
        kind_ja=kind_ja,
        kind_en=kind_en,
        node=package.node,
        title=directory.titles.get(package.node, package.node),
        created=stamp(package.created),
        count=len(package.entries),
    )
    if package.created > now + CLOCK_SKEW_MAX:
        yield bad("SKS-L087", created=stamp(package.created))
    if package.created >= directory.expires:
        yield bad("SKS-L088", expires=stamp(directory.expires))
    elif now >= directory.expires:
        yield info("directory_expired", expires=stamp(directory.expires))


def _check_admins(
    directory: DirectoryView, trusted: Collection[str] | None, threshold: int
) -> Iterator[Line]:
    """The root of all trust: who says which keys are whose."""
    if trusted is None:
        yield unknown("SKS-L071", fingerprints=" / ".join(directory.signed_by))
        return
    known = {_digits(one) for one in trusted}
    signed = [one for one in directory.signed_by if _digits(one) in known]
    if len(signed) < max(threshold, 1):
        yield bad("SKS-L070", fingerprints=" / ".join(directory.signed_by))
    else:
        yield good(
            "admins",
            version=directory.version,
            count=len(signed),
            fingerprints=" / ".join(signed),
        )


def _digits(fingerprint: str) -> str:
    """Fingerprints are compared without the spaces between their groups."""
    return "".join(fingerprint.split())


def _check_checkpoint(case: Case, now: datetime) -> Iterator[Line]:
    signed = case.signed
    try:
        require_not_ahead(signed.time, signed.checkpoint.origin, now)
    except Refused as error:
        yield from_error(error)
        return
    yield good(
        "checkpoint",
        size=signed.checkpoint.size,
        node=case.package.node,
        time=_time(signed.time),
    )


def _check_witnesses(case: Case, own_policy: bytes | None, now: datetime) -> Iterator[Line]:
    try:
        policy = read_policy(case.package.policy if own_policy is None else own_policy)
        _require_log_keys(case, policy)
    except SekishoError as error:
        yield from_error(error)
        return
    if own_policy is None:
        yield from _check_witness_keys(case, policy)
    if policy.required():
        quorum = judge_quorum(policy, case.signed.note, case.checkpoint)
        yield from _quorum_lines(policy, quorum, now)
    elif own_policy is None:
        yield unknown("SKS-L086")


def _require_log_keys(case: Case, policy: Policy) -> None:
    """The log is one of the policy's, and has signed with every key listed for it."""
    keys = policy.logs_of(case.checkpoint.origin)
    if not keys:
        raise Refused("SKS-L081", origin=case.checkpoint.origin)
    for key in keys:
        check_signature(key, case.signed.note, case.checkpoint)


def _check_witness_keys(case: Case, policy: Policy) -> Iterator[Line]:
    """A policy that came with the package may only name witnesses whose keys the directory has,
    and never the log's own node."""
    for key in policy.witnesses.values():
        node = node_of(key.name)
        held = case.directory.keys_of(node) if node else ()
        if node == case.package.node or not any(key.public in one.raw.values() for one in held):
            yield bad("SKS-L080", name=key.name)


def _quorum_lines(policy: Policy, quorum: Quorum, now: datetime) -> Iterator[Line]:
    missing = "、".join(quorum.missing)
    if not quorum.reached:
        yield bad("SKS-L079", missing=missing, needed=policy.required())
        return
    yield good(
        "witnesses",
        names="、".join(quorum.present),
        needed=policy.required(),
        time=_time(max(quorum.times)),
    )
    if quorum.missing:
        yield info("witness_absent", names=missing)
    if max(quorum.times) > (now + CLOCK_SKEW_MAX).timestamp():
        yield bad("SKS-L026", name="、".join(quorum.present), time=_time(max(quorum.times)))


def _check_earlier(case: Case) -> Iterator[Line]:
    """The consistency proof that came with the package, to a checkpoint that came with it."""
    earlier = case.package.earlier
    if earlier is None:
        return
    try:
        old = _opened(case, earlier.note)
        _require_continued(case, old, earlier.proof)
    except SekishoError as error:
        yield from_error(error)
    else:
        yield good("consistent", old=old.checkpoint.size)


def _check_previous(case: Case, note: bytes | None) -> Iterator[Line]:
    """The checkpoint that the reader keeps: the same, or proven to be continued by this one."""
    if note is None:
        return
    earlier = case.package.earlier
    try:
        old = _opened(case, note)
        same = old.checkpoint.size == case.checkpoint.size
        if same or old.checkpoint.size == 0:
            _require_continued(case, old, ())
        elif earlier is None or _opened(case, earlier.note).checkpoint != old.checkpoint:
            yield unknown("SKS-L085", old=old.checkpoint.size, size=case.checkpoint.size)
            return
        else:
            _require_continued(case, old, earlier.proof)
    except SekishoError as error:
        yield from_error(error)
    else:
        yield good("previous", old=old.checkpoint.size)


def _opened(case: Case, note: bytes) -> SignedCheckpoint:
    return open_by_any(note, case.package.node, case.directory)


def _require_continued(case: Case, old: SignedCheckpoint, proof: tuple[bytes, ...]) -> None:
    before, after = old.checkpoint, case.checkpoint
    try:
        check_consistency(before.size, before.root, after.size, after.root, proof)
    except Refused:
        raise Refused("SKS-L084", old=before.size, size=after.size) from None


def _time(posix: int | None) -> str:
    return "—" if posix is None else stamp(moment_of(posix))
