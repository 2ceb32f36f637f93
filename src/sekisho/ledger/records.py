"""The records of a package: signed by the node, standing in the log, disclosed honestly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.merkle import leaf_hash
from sekisho.kernel.signing import EVENT_KINDS
from sekisho.ledger.acts import Act, judge_acts
from sekisho.ledger.audit import Progress
from sekisho.ledger.case import Case, require_signed, shortened
from sekisho.ledger.events import Event, check_disclosure, read_entry
from sekisho.ledger.package import PERIOD, PERSON, TRANSFER, PackageEntry
from sekisho.ledger.tree import check_inclusion, check_range
from sekisho.ledger.verdict import Line, State, bad, from_error, good, info
from sekisho.ledger.words import ACT_WORDS

BEGINNING = "transfer.submitted"
RECEIVING = "parcel.received"


@dataclass(frozen=True)
class Records:
    """The acts that are proven, in the order of the log, and what there is to say about all."""

    acts: tuple[Act, ...]
    lines: tuple[Line, ...]


def take_records(case: Case, progress: Progress | None) -> Records:
    """Check every record; only those that pass count as acts from here on."""
    standing, lines = _check_places(case)
    signed: dict[int, Event] = {}
    wrong = []
    total = len(case.package.entries)
    for done, one in enumerate(case.package.entries):
        if progress is not None:
            progress(done, total)
        try:
            signed[one.index] = _signed_event(case, one)
        except SekishoError as error:
            wrong.append(_wrong_record(one.index, error))
    lines += shortened(wrong) or [good("signatures", count=len(signed), node=case.node)]
    disclosed, more = _check_disclosures(case, signed)
    acts = tuple(
        Act(one.index, leaf_hash(one.entry).hex(), signed[one.index], disclosed[one.index])
        for one in case.package.entries
        if one.index in signed and one.index in standing
    )
    return Records(acts, (*lines, *more, *_clock_lines(acts)))


def _signed_event(case: Case, one: PackageEntry) -> Event:
    envelope, event = read_entry(one.entry)
    if event.node != case.node:
        raise Refused("SKS-L074", index=one.index, found=event.node)
    key_sets = case.directory.keys_at(case.node, event.time)
    require_signed(envelope, case.node, key_sets, EVENT_KINDS)
    return event


def _wrong_record(index: int, error: SekishoError) -> Line:
    if error.code == "SKS-L074":
        return from_error(error)
    return bad("SKS-L073", index=index, why=error.code)


def _check_places(case: Case) -> tuple[set[int], list[Line]]:
    """Which records are shown to stand in the log of the checkpoint."""
    if case.package.kind == PERIOD:
        return _check_stretch(case)
    standing, wrong = set(), []
    for one in case.package.entries:
        try:
            _check_place(case, one)
        except SekishoError as error:
            wrong.append(from_error(error))
        else:
            standing.add(one.index)
    return standing, shortened(wrong) or [good("inclusion", count=len(standing))]


def _check_place(case: Case, one: PackageEntry) -> None:
    proof, checkpoint = one.proof, case.checkpoint
    if proof is None or proof.index != one.index or proof.note != case.package.checkpoint:
        raise Refused("SKS-L076", index=one.index)
    try:
        check_inclusion(
            leaf_hash(one.entry), one.index, checkpoint.size, proof.hashes, checkpoint.root
        )
    except Refused:
        raise Refused("SKS-L075", index=one.index) from None


def _check_stretch(case: Case) -> tuple[set[int], list[Line]]:
    entries, checkpoint = case.package.entries, case.checkpoint
    start, indexes = entries[0].index, {one.index for one in entries}
    end = start + len(entries)
    try:
        if entries[-1].index != end - 1:
            raise Refused("SKS-L007", start=start, end=end, size=checkpoint.size)
        check_range(
            [leaf_hash(one.entry) for one in entries],
            start,
            checkpoint.size,
            case.package.range_proof,
            checkpoint.root,
        )
    except Refused:
        return set(), [bad("SKS-L083", start=start, end=entries[-1].index)]
    return indexes, [good("period", start=start, end=end - 1)]


def _check_disclosures(
    case: Case, events: Mapping[int, Event]
) -> tuple[dict[int, dict[str, str]], list[Line]]:
    """The values that hidden fields are shown to stand for, by index and field."""
    values: dict[int, dict[str, str]] = defaultdict(dict)
    wrong = []
    for one in case.package.entries:
        for disclosure in one.disclosures if one.index in events else ():
            try:
                check_disclosure(events[one.index], disclosure)
            except SekishoError:
                wrong.append(bad("SKS-L082", index=one.index, field=disclosure.field))
            else:
                values[one.index][disclosure.field] = disclosure.value
    count = sum(map(len, values.values()))
    fine = [good("disclosures", count=count)] if count else []
    return values, shortened(wrong) or fine


def _clock_lines(acts: Sequence[Act]) -> list[Line]:
    return shortened(
        info("clock_back", index=later.index)
        for earlier, later in pairwise(acts)
        if later.event.time < earlier.event.time
    )


def check_course(case: Case, acts: Sequence[Act]) -> list[Line]:
    """The order and completeness of the acts of every transfer that lies wholly in the package."""
    lines = _strange_kinds(acts)
    if case.package.kind == PERSON:
        return lines
    by_transfer: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        if _belongs_to_a_course(act):
            by_transfer[act.event.subject].append(act)
    if case.package.kind == TRANSFER:
        return lines + _check_one(case, acts, by_transfer)
    whole = {
        name: mine
        for name, mine in by_transfer.items()
        if mine[0].event.kind in (BEGINNING, RECEIVING)
    }
    begun_before = len(by_transfer) - len(whole)
    if begun_before:
        lines.append(info("acts_begun_before", count=begun_before))
    return lines + _judge_all(whole)


def _belongs_to_a_course(act: Act) -> bool:
    """Not a submission that was refused at once: it never became a transfer."""
    kind = act.event.kind
    if kind == "transfer.judged" and act.word("outcome") == "refused":
        return False
    return kind.startswith("transfer.") or kind == RECEIVING


def _check_one(
    case: Case, acts: Sequence[Act], by_transfer: Mapping[str, Sequence[Act]]
) -> list[Line]:
    transfer = case.package.subject
    if transfer not in by_transfer:
        return [bad("SKS-L097", transfer=transfer)]
    lines = _judge_all({transfer: by_transfer[transfer]})
    unrelated = sum(act.event.subject != transfer for act in acts)
    if unrelated:
        lines.append(info("unrelated", count=unrelated))
    return lines


def _judge_all(by_transfer: Mapping[str, Sequence[Act]]) -> list[Line]:
    found = [line for name, mine in by_transfer.items() for line in judge_acts(name, mine)]
    if by_transfer and not any(line.state is State.BAD for line in found):
        found.insert(0, good("acts", count=len(by_transfer)))
    return shortened(found)


def _strange_kinds(acts: Sequence[Act]) -> list[Line]:
    strange = sorted({act.event.kind for act in acts} - set(ACT_WORDS))
    return [info("unknown_kinds", kinds=", ".join(strange[:10]))] if strange else []
