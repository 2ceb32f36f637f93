"""Evidence stands in the transaction of its act: both are there, or neither is."""

from __future__ import annotations

import pytest
from tests.support import acts
from tests.support.acts import SENDER
from tests.support.town import Town

from sekisho.kernel import dsse
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.merkle import leaf_hash
from sekisho.kernel.signing import EVENT_KINDS
from sekisho.ledger.events import EVENT_TYPE, check_disclosure, read_event
from sekisho.ledger.events import Disclosure as Opening
from sekisho.office.accounts.models import Person
from sekisho.office.evidence.actions import Act, forget, open_log, record, record_all, sequence
from sekisho.office.evidence.models import Disclosure, Event
from sekisho.office.site.database import atomic
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.models import Decision, Transfer


class PowerCut(BaseException):
    """Ends the act in the middle."""


def test_an_act_that_fails_after_its_evidence_leaves_neither(town: Town) -> None:
    transfer_id = acts.submit(town)
    with town.at(SENDER) as node:
        before = Event.objects.count(), Disclosure.objects.count()
        with pytest.raises(PowerCut), atomic():
            deciding.approve(node.desk, actor="suzuki", transfer_id=transfer_id)
            assert Event.objects.count() == before[0] + 1
            raise PowerCut
        assert (Event.objects.count(), Disclosure.objects.count()) == before
        assert (Decision.objects.count(), Transfer.objects.get().state) == (0, "waiting")


def test_evidence_that_cannot_be_written_undoes_the_act(town: Town) -> None:
    with town.at(SENDER) as node:
        before = Event.objects.count()
        with pytest.raises(InvalidInput) as refused, atomic():
            Person.objects.create(login="ito", name="伊藤")
            record(node.desk, "person.added", "ito", {"name": "伊藤 花子"})
        assert refused.value.code == "SKS-L050"
        assert (Event.objects.count(), Person.objects.filter(login="ito").count()) == (before, 0)


def test_without_a_transaction_there_is_no_evidence(town: Town) -> None:
    with town.at(SENDER) as node:
        before = Event.objects.count()
        with pytest.raises(AssertionError, match="transaction of the act"):
            record(node.desk, "route.saved", "a/b")
        assert Event.objects.count() == before


def test_an_event_is_signed_hides_what_names_and_can_be_opened(town: Town) -> None:
    with town.at(SENDER) as node:
        with atomic():
            first, second = record_all(
                node.desk,
                [
                    Act("test.one", "tr_1", {"count": 1}, {"actor": "佐藤", "reason": ""}),
                    Act("test.two", "tr_1", {}, {"actor": "佐藤"}),
                ],
            )
        envelope = dsse.decode(first.envelope, EVENT_TYPE)
        node.identity.signing.public.verify(envelope, EVENT_KINDS)
        assert {one.keyid for one in envelope.signatures} == {
            node.identity.signing.public.key_id("ed25519")
        }
        event = read_event(envelope.payload)
        assert (event.kind, event.node, event.subject, event.data) == (
            *("test.one", "internet", "tr_1", {"count": 1}),
        )
        assert event.time == town.clock.now().replace(microsecond=0)
        for opening in first.openings:
            check_disclosure(event, opening)
        other = read_event(dsse.decode(second.envelope, EVENT_TYPE).payload)
        assert event.hidden["actor"] != other.hidden["actor"], "a salt of its own"
        row = Event.objects.get(kind="test.one")
        assert row.leaf_hash == first.leaf_hash == leaf_hash(first.envelope).hex()
        kept = [(d.field, d.value) for d in row.disclosures.order_by("field")]
        assert kept == [("actor", "佐藤"), ("reason", "")]


def test_forgetting_erases_what_hashes_stand_for_and_leaves_the_hashes(town: Town) -> None:
    transfer_id, other = acts.submit(town), acts.submit(town)
    with town.at(SENDER) as node:
        while sequence():
            pass
        size = open_log().size()
        entries = open_log().entries(0, size)
        shown = Disclosure.objects.filter(event__subject=transfer_id).count()
        others = Disclosure.objects.filter(event__subject=other).count()
        assert forget(node.desk, subject=transfer_id, reason="本人の請求") == shown == 4
        assert open_log().entries(0, size) == entries
        left = Disclosure.objects.filter(event__subject=transfer_id)
        assert [(one.event.kind, one.value) for one in left] == [
            ("evidence.forgotten", "本人の請求")
        ]
        assert Disclosure.objects.filter(event__subject=other).count() == others
        assert acts.last_event("evidence.forgotten").data["count"] == 4


def test_what_was_forgotten_is_not_in_the_database_file_any_more(sqlite_town: Town) -> None:
    secret = "誰にも言えない目的"
    transfer_id = acts.submit(sqlite_town, purpose=secret)
    with sqlite_town.at(SENDER) as node:
        row = Disclosure.objects.get(event__subject=transfer_id, field="purpose")
        opening = Opening("purpose", bytes(row.salt), row.value)
        event = acts.last_event("transfer.submitted")
        check_disclosure(event, opening)
        Transfer.objects.all().delete()
        forget(node.desk, subject=transfer_id, reason="本人の請求")
    sqlite_town.run(SENDER)
    for file in (sqlite_town.folder / SENDER).glob("office.db*"):
        content = file.read_bytes()
        assert secret.encode() not in content, file.name
        assert opening.salt not in content, file.name
