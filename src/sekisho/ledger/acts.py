"""Are the acts of one transfer complete and in order? Values in, findings out.

The rules are those of the evidence, not those of the office: an act that needs another one before
it must have it before it in the log. Kinds of events that are not named here decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sekisho.ledger.events import Event
from sekisho.ledger.verdict import Line, bad, info
from sekisho.ledger.words import ACT_WORDS

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Act:
    """One event at its place in the log, with those of its hidden fields that were disclosed."""

    index: int
    leaf: str
    event: Event
    disclosed: Mapping[str, str]

    def word(self, field: str) -> str:
        """A text in the event's data, or nothing."""
        value = self.event.data.get(field)
        return value if isinstance(value, str) else ""


def judge_acts(transfer: str, acts: Sequence[Act]) -> list[Line]:
    """What is wrong or pending with the acts of one transfer, given in the order of the log."""
    course = _Course(transfer)
    for act in acts:
        handler = _HANDLERS.get(act.event.kind)
        if handler is not None:
            handler(course, act)
    course.finish()
    return course.lines


class _Course:
    """How far a transfer has come while its acts are read one by one."""

    def __init__(self, transfer: str) -> None:
        self.lines: list[Line] = []
        self._transfer = transfer
        self._submitted = self._judged = self._received = False
        self._ended: str | None = None
        self._needed, self._timing = 0, BEFORE
        self._sender: str | None = None
        self._approvals: list[Act] = []
        self._confirmations: list[Act] = []
        self._sealed: set[str] = set()
        self._sent: set[str] = set()

    def submitted(self, act: Act) -> None:
        self._refuse_after_end(act)
        self._submitted, self._judged, self._approvals = True, False, []
        self._sender = act.disclosed.get("sender")

    def judged(self, act: Act) -> None:
        if act.word("outcome") == "refused":
            return
        self._need(self._submitted, act, "transfer.submitted")
        needed, timing = act.event.data.get("approvals_needed"), act.event.data.get("timing")
        if type(needed) is not int or timing not in (BEFORE, AFTER):
            self.lines.append(bad("SKS-L094", transfer=self._transfer, index=act.index))
            return
        self._judged, self._needed, self._timing = True, needed, timing
        self._approvals = []

    def approved(self, act: Act) -> None:
        self._refuse_after_end(act)
        self._need(self._judged, act, "transfer.judged")
        self._approvals.append(act)

    def confirmed(self, act: Act) -> None:
        self._need(self._judged, act, "transfer.judged")
        self._confirmations.append(act)
        if act.word("outcome") == "objected":
            self.lines.append(info("objected", transfer=self._transfer, index=act.index))

    def sent_back(self, act: Act) -> None:
        self._need(self._submitted, act, "transfer.submitted")
        self._submitted, self._judged, self._approvals = False, False, []

    def ended(self, act: Act) -> None:
        self._ended = act.event.kind

    def sealed(self, act: Act) -> None:
        self._refuse_after_end(act)
        self._need(self._judged, act, "transfer.judged")
        if self._judged and self._timing == BEFORE:
            found = self._people(self._approvals)
            if found < self._needed:
                self._approvals_missing(act, found)
        self._sealed.add(act.word("parcel"))

    def sent(self, act: Act) -> None:
        self._refuse_after_end(act)
        parcel = act.word("parcel")
        self._need(parcel in self._sealed, act, "transfer.sealed")
        self._sent.add(parcel)

    def answered(self, act: Act) -> None:
        self._need(act.word("parcel") in self._sent, act, "transfer.sent")

    def received(self, act: Act) -> None:
        self._received = True

    def collected(self, act: Act) -> None:
        self._need(self._received, act, "parcel.received")

    def finish(self) -> None:
        """What is still due once all acts have been read."""
        if self._judged and self._timing == AFTER and self._needed:
            found = self._people(self._confirmations)
            if found < self._needed:
                self.lines.append(
                    info(
                        "confirm_pending",
                        transfer=self._transfer,
                        found=found,
                        needed=self._needed,
                    )
                )

    def _people(self, acts: Sequence[Act]) -> int:
        """How many different people acted, by themselves or through a deputy; who they are is
        known only where it was disclosed."""
        known = {self._sender} - {None}
        count = 0
        for act in acts:
            people = {act.disclosed.get("actor"), act.disclosed.get("acting_for")} - {None}
            if people & known:
                self.lines.append(bad("SKS-L093", transfer=self._transfer, index=act.index))
            else:
                count += 1
            known |= people
        return count

    def _approvals_missing(self, act: Act, found: int) -> None:
        self.lines.append(
            bad(
                "SKS-L090",
                transfer=self._transfer,
                index=act.index,
                found=found,
                needed=self._needed,
            )
        )

    def _need(self, there: bool, act: Act, kind: str) -> None:
        if not there:
            self._wrong("SKS-L091", act, kind)

    def _refuse_after_end(self, act: Act) -> None:
        if self._ended is not None:
            self._wrong("SKS-L092", act, self._ended)

    def _wrong(self, code: str, act: Act, other: str) -> None:
        words, others = ACT_WORDS[act.event.kind], ACT_WORDS[other]
        self.lines.append(
            bad(
                code,
                transfer=self._transfer,
                index=act.index,
                act=words[0],
                act_en=words[1],
                other=others[0],
                other_en=others[1],
            )
        )


_HANDLERS: dict[str, Callable[[_Course, Act], None]] = {
    "transfer.submitted": _Course.submitted,
    "transfer.judged": _Course.judged,
    "transfer.approved": _Course.approved,
    "transfer.confirmed": _Course.confirmed,
    "transfer.sent_back": _Course.sent_back,
    "transfer.rejected": _Course.ended,
    "transfer.withdrawn": _Course.ended,
    "transfer.expired": _Course.ended,
    "transfer.sealed": _Course.sealed,
    "transfer.sent": _Course.sent,
    "transfer.receipted": _Course.answered,
    "transfer.failed": _Course.answered,
    "parcel.received": _Course.received,
    "transfer.collected": _Course.collected,
}
