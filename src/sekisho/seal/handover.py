"""How a node's keys follow one another, and which keys were a node's at a moment.

A hand-over statement is signed by the old and by the new keys and counts one generation up. It
is for planned change. Keys that were stolen are not handed over (the thief could do that too):
the administrators put fresh keys into the directory, and the old ones end at once.
Format: docs/formats/identity-v1.md. Making a statement on disk: `rotation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sekisho.kernel import documents, dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.signing import SigningKeys, VerifyingKeys, read_verifying_keys
from sekisho.seal.keyformat import GENERATION_MAX
from sekisho.seal.moments import CLOCK_SKEW_MAX, refuse_future

HANDOVER_TYPE = "application/vnd.sekisho.handover+json; v=1"
HANDOVER_OVERLAP = timedelta(days=46)
"""How long signatures by the old keys are still taken. Longer than any receiver key lives
(`prekeys.KEY_LIFE_MAX`), so that every parcel sealed before a hand-over can be opened after."""

_STRENGTH = {"S0": 0, "S1": 1}
_FAR = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Handover:
    """One statement whose signatures by both key sets hold; `envelope` is its exact bytes."""

    node: str
    generation: int
    issued: datetime
    old: VerifyingKeys
    new: VerifyingKeys
    envelope: bytes = field(repr=False)


@dataclass(frozen=True)
class KeyGeneration:
    """One key set of a node, and from when until when (None: no end known) it counts."""

    number: int
    keys: VerifyingKeys
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True)
class KeyChain:
    """All key sets of a node that follow from the directory, oldest first."""

    node: str
    generations: tuple[KeyGeneration, ...]
    handovers: tuple[Handover, ...]

    @property
    def current(self) -> KeyGeneration:
        """The newest key set."""
        return self.generations[-1]

    def at(self, moment: datetime) -> tuple[VerifyingKeys, ...]:
        """The key sets that count at the moment, newest first; two shortly after a hand-over."""
        return tuple(one.keys for one in reversed(self.generations) if _counts(one, moment))

    def numbered(self, number: int) -> VerifyingKeys | None:
        """The key set of one generation, if the chain reaches it."""
        first = self.generations[0].number
        inside = first <= number <= self.current.number
        return self.generations[number - first].keys if inside else None


def chain_of(
    node: str,
    keys: VerifyingKeys,
    generation: int,
    valid: tuple[datetime, datetime | None],
    handovers: Iterable[Handover],
) -> KeyChain:
    """The chain through a node's entry in the directory (`keys`, `generation`, `valid` window).

    `handovers` are statements that `accept` or `read` returned, in any order; those that do not
    connect to the entry are left out.
    """
    used = _connected(keys, generation, [one for one in handovers if one.node == node])
    first = used[0].generation - 1 if used else generation
    sets = [used[0].old if used else keys, *(one.new for one in used)]
    starts = [valid[0], *(one.issued for one in used)]
    ends = [*(_overlap_end(one.issued, valid[1]) for one in used), valid[1]]
    generations = tuple(
        KeyGeneration(first + i, held, start, end)
        for i, (held, start, end) in enumerate(zip(sets, starts, ends, strict=True))
    )
    return KeyChain(node, generations, tuple(used))


def statement(
    node: str, generation: int, old: SigningKeys, new: SigningKeys, now: datetime
) -> bytes:
    """The signed statement that `new` follows `old` as the node's keys of this generation."""
    payload = documents.write(
        {
            "node": node,
            "generation": generation,
            "issued": stamp(now),
            "old": old.public.as_document(),
            "new": new.public.as_document(),
        }
    )
    return dsse.merged(
        old.sign(HANDOVER_TYPE, payload), new.sign(HANDOVER_TYPE, payload).signatures
    ).encode()


def read(untrusted: bytes) -> Handover:
    """A statement signed by the two key sets that it names; nothing says yet whose they are.

    Raises InvalidInput SKS-K001, K002, K004, K005, K006, K009 (shape), Refused SKS-K007 or K008
    (signatures).
    """
    envelope = dsse.decode(untrusted, HANDOVER_TYPE)
    fields = documents.read(envelope.payload, "hand-over")
    found = Handover(
        node=fields.checked("node", check_node_name),
        generation=fields.integer("generation", minimum=1, maximum=GENERATION_MAX),
        issued=fields.moment("issued"),
        old=read_verifying_keys(fields.object("old")),
        new=read_verifying_keys(fields.object("new")),
        envelope=untrusted,
    )
    fields.done()
    found.old.verify(envelope)
    found.new.verify(envelope)
    return found


def accept(untrusted: bytes, chain: KeyChain, *, now: datetime) -> Handover:
    """The next hand-over of the chain's node, to be kept and given to `chain_of` from now on.

    Raises what `read` raises, and Refused SKS-N043 (another node), SKS-N040 (known or older),
    SKS-N041 (a second, different successor of the same keys: somebody else holds them),
    SKS-N042 (one in between is missing), SKS-N044 (not from the keys in use), SKS-N045 (old key
    used again), SKS-N047 (weaker suite), SKS-N033 (from the future).
    """
    found = read(untrusted)
    if found.node != chain.node:
        raise Refused("SKS-N043", expected=chain.node, found=found.node)
    _refuse_out_of_turn(found, chain)
    _refuse_unfit(found)
    refuse_future("hand-over", found.issued, now)
    return found


def pick(candidates: Sequence[VerifyingKeys], envelope: dsse.Envelope) -> VerifyingKeys:
    """The key set whose ids the signatures carry (nothing verified yet). Refused SKS-N046."""
    carried = {one.keyid for one in envelope.signatures}
    for keys in candidates:
        if all(keys.key_id(kind) in carried for kind in keys.suite.document):
            return keys
    raise Refused("SKS-N046", keys=", ".join(sorted(carried)))


def _refuse_out_of_turn(found: Handover, chain: KeyChain) -> None:
    number, current = found.generation, chain.current.number
    if number > current + 1:
        raise Refused("SKS-N042", node=chain.node, number=number, current=current)
    if number == current + 1:
        if found.old != chain.current.keys:
            raise Refused("SKS-N044", node=chain.node, number=number)
        return
    known = chain.numbered(number)
    before = chain.numbered(number - 1)
    if known is not None and before == found.old and known != found.new:
        raise Refused("SKS-N041", node=chain.node, number=number)
    raise Refused("SKS-N040", node=chain.node, number=number, current=current)


def _refuse_unfit(found: Handover) -> None:
    if set(found.old.raw.values()) & set(found.new.raw.values()):
        raise Refused("SKS-N045", node=found.node)
    if _STRENGTH[found.new.suite.name] < _STRENGTH[found.old.suite.name]:
        raise Refused("SKS-N047", node=found.node, suite=found.new.suite.name)


def _connected(keys: VerifyingKeys, generation: int, handovers: list[Handover]) -> list[Handover]:
    steps = {one.generation: one for one in handovers}
    back: list[Handover] = []
    held, number = keys, generation
    while (step := steps.get(number)) is not None and step.new == held:
        back.append(step)
        held, number = step.old, number - 1
    onward: list[Handover] = []
    held, number = keys, generation + 1
    while (step := steps.get(number)) is not None and step.old == held:
        onward.append(step)
        held, number = step.new, number + 1
    return back[::-1] + onward


def _overlap_end(issued: datetime, membership_end: datetime | None) -> datetime:
    end = min(issued, _FAR) + HANDOVER_OVERLAP
    return end if membership_end is None else min(end, membership_end)


def _counts(one: KeyGeneration, moment: datetime) -> bool:
    ended = one.valid_until is not None and moment >= one.valid_until
    return not ended and moment + CLOCK_SKEW_MAX >= one.valid_from
