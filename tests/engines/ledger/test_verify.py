"""The verifier: a sound package passes; each kind of damage is found and named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ledger.support import (
    APPROVED,
    EXPIRES,
    HUB,
    JUDGED,
    NODE,
    NOW,
    PARCEL_ID,
    RECEIPTED,
    SEALED,
    SENT,
    START,
    STORY,
    SUBMITTED,
    TRANSFER_ID,
    ReceiptWords,
    Told,
    Town,
    codes,
    keys_of,
    packed,
    write_directory,
)

from sekisho.kernel import documents
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import SekishoError
from sekisho.ledger import cosignature
from sekisho.ledger.body import Checkpoint, origin_of
from sekisho.ledger.checkpoint import add_cosignatures, sign_checkpoint
from sekisho.ledger.events import make_event, sign_event
from sekisho.ledger.log import Log
from sekisho.ledger.package import (
    PERIOD,
    PERSON,
    Earlier,
    EvidencePackage,
    PackageEntry,
    prove_period,
)
from sekisho.ledger.policy import policy_text
from sekisho.ledger.rows import MemoryRows
from sekisho.ledger.verdict import State, Verdict
from sekisho.ledger.words import WORDS


@pytest.fixture(params=["S0", "S1"])
def town(request: pytest.FixtureRequest) -> Town:
    return Town(request.param)


@pytest.fixture
def small() -> Town:
    return Town()


def changed_entry(package: EvidencePackage, at: int, **changes: Any) -> EvidencePackage:
    entries = list(package.entries)
    entries[at] = replace(entries[at], **changes)
    return replace(package, entries=tuple(entries))


def words(verdict: Verdict, code: str) -> str:
    return next(line.words_ja for line in verdict.lines if line.code == code)


# What passes


def test_a_sound_package_passes_with_every_check_said(town: Town) -> None:
    verdict = town.verify(town.package(town.tell(STORY)))
    assert verdict.ok, codes(verdict)
    assert codes(verdict) == []
    said = "\n".join(line.words_ja for line in verdict.lines)
    for part in (
        "信頼する管理者",
        "正しい署名",
        "連署",
        "元のまま",
        "開示",
        "順",
        "目録",
        "受領証",
    ):
        assert part in said
    assert town.admin.public.fingerprint in said
    assert all(line.words_en and "{" not in line.words_en + line.words_ja for line in verdict.lines)


def test_a_package_is_read_from_a_file(small: Town, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(packed(small.package(small.tell(STORY))))
    assert small.verify(path).ok
    with pytest.raises(FileNotFoundError):
        small.verify(tmp_path / "missing.zip")


def test_a_resubmitted_transfer_passes(small: Town) -> None:
    story = (
        SUBMITTED, JUDGED, Told("transfer.sent_back", {"round": 1}), SUBMITTED, JUDGED, APPROVED,
        SEALED, SENT, RECEIPTED, Told("transfer.expired", {"objects": 1}),
    )  # fmt: skip
    assert small.verify(small.package(small.tell(story))).ok


def test_a_transfer_confirmed_afterwards_passes_and_says_what_is_pending(small: Town) -> None:
    judged = Told(
        "transfer.judged", {"outcome": "allowed", "approvals_needed": 1, "timing": "after"}
    )
    indexes = small.tell((SUBMITTED, judged, SEALED, SENT, RECEIPTED))
    verdict = small.verify(small.package(indexes))
    assert verdict.ok
    assert any("事後確認は 0 名分" in line.words_ja for line in verdict.lines)
    confirmed = Told("transfer.confirmed", {"outcome": "confirmed"}, {"actor": "suzuki"})
    verdict = small.verify(small.package([*indexes, *small.tell([confirmed])]))
    assert verdict.ok
    assert not any("事後確認は" in line.words_ja for line in verdict.lines)


def test_the_receiving_side_of_a_transfer_passes(small: Town) -> None:
    received = Told(
        "parcel.received",
        {"parcel": PARCEL_ID, "root": "11" * 32, "sender": HUB, "transfer": TRANSFER_ID},
    )
    indexes = small.tell((received, Told("transfer.collected"), Told("transfer.expired")))
    receipt = ReceiptWords(sender=HUB, receiver=NODE)
    package = small.package(
        indexes, parcels={}, receipts={PARCEL_ID: small.receipt(receipt, by=NODE)}
    )
    assert small.verify(package).ok


def test_a_refusal_by_the_receiver_passes_and_is_said(small: Town) -> None:
    failed = Told(
        "transfer.failed", {"parcel": PARCEL_ID, "outcome": "refused", "code": "SKS-T044"}
    )
    indexes = small.tell((*STORY[:5], failed))
    words = ReceiptWords(outcome="refused", code="SKS-T044", root="", letter_sha256="")
    verdict = small.verify(small.package(indexes, receipts={PARCEL_ID: small.receipt(words)}))
    assert verdict.ok
    assert any("SKS-T044" in line.words_ja for line in verdict.lines)


def test_unknown_kinds_and_records_of_other_things_are_only_mentioned(small: Town) -> None:
    strange = Told("weather.observed", {"rain": True}, {}, "roof")
    verdict = small.verify(small.package(small.tell((*STORY, strange))))
    assert verdict.ok
    assert any("weather.observed" in line.words_ja for line in verdict.lines)


# Who is trusted


def test_without_trusted_administrators_the_fingerprints_are_shown(small: Town) -> None:
    verdict = small.verify(small.package(small.tell(STORY)), trusted_admins=None)
    assert not verdict.ok
    assert codes(verdict) == ["SKS-L071"]
    assert small.admin.public.fingerprint in words(verdict, "SKS-L071")


def test_other_administrators_are_not_trusted(small: Town) -> None:
    package = small.package(small.tell(STORY))
    other = keys_of("other admin").public.fingerprint
    assert codes(small.verify(package, trusted_admins=[other])) == ["SKS-L070"]
    assert codes(small.verify(package, trusted_admins=[])) == ["SKS-L070"]
    squeezed = small.admin.public.fingerprint.replace(" ", "")
    assert small.verify(package, trusted_admins=[squeezed]).ok
    mine = [small.admin.public.fingerprint]
    assert codes(small.verify(package, trusted_admins=mine, trusted_threshold=2)) == ["SKS-L070"]


def test_a_directory_of_somebody_else_proves_nothing(small: Town) -> None:
    forged = write_directory(
        {name: keys.public for name, keys in small.keys.items()}, [keys_of("attacker")]
    )
    package = small.package(small.tell(STORY), directory=forged)
    assert codes(small.verify(package)) == ["SKS-L070"]


def test_a_node_that_is_not_in_the_directory(small: Town) -> None:
    directory = write_directory({HUB: small.keys[HUB].public}, [small.admin])
    package = small.package(small.tell(STORY), directory=directory)
    assert codes(small.verify(package)) == ["SKS-L072"]


def test_expiry_of_the_directory(small: Town) -> None:
    package = small.package(small.tell(STORY))
    later = small.verify(package, now=EXPIRES + timedelta(days=900))
    assert later.ok
    assert any("有効期限" in line.words_ja for line in later.lines)
    stale = write_directory(
        {n: k.public for n, k in small.keys.items()}, [small.admin], START + timedelta(hours=1)
    )
    assert codes(small.verify(replace(package, directory=stale))) == ["SKS-L088"]


def test_a_package_from_the_future(small: Town) -> None:
    package = small.package(small.tell(STORY), created=NOW + timedelta(hours=1))
    assert codes(small.verify(package)) == ["SKS-L087"]


# The checkpoint and its witnesses


def test_a_checkpoint_that_the_node_did_not_sign(town: Town) -> None:
    indexes = town.tell(STORY)
    root = town.log.root()
    suite = "S1" if "note-ml-dsa-44" in town.keys[NODE].suite.note else "S0"
    forged = sign_checkpoint(NODE, town.log.size(), root, keys_of("attacker", suite), START)
    assert codes(town.verify(town.package(indexes, checkpoint=forged))) == ["SKS-L023"]


@pytest.mark.parametrize("threshold", [1, 2])
def test_a_missing_witness_is_named(town: Town, threshold: int) -> None:
    indexes = town.tell(STORY)
    note = town.note(witnesses=(HUB,))
    package = town.package(indexes, checkpoint=note, policy=town.policy(threshold))
    verdict = town.verify(package)
    if threshold == 2:
        assert codes(verdict) == ["SKS-L079"]
        assert "sekisho/mynumber" in words(verdict, "SKS-L079")
        assert "sekisho/hub" not in words(verdict, "SKS-L079")
    else:
        assert verdict.ok
        assert any("mynumber" in line.words_ja for line in verdict.lines if line.state == "info")


def test_a_policy_without_witnesses_must_be_the_readers_own(small: Town) -> None:
    none = small.policy(0)
    package = small.package(small.tell(STORY), policy=none)
    assert codes(small.verify(package)) == ["SKS-L086"]
    assert small.verify(package, policy=none).ok


def test_a_policy_with_false_witnesses(small: Town) -> None:
    indexes = small.tell(STORY)
    log_keys = cosignature.log_keys(NODE, small.keys[NODE].public)

    def with_witness(name: str, keys: Any) -> list[str | None]:
        held = cosignature.witness_keys(name, keys.public)
        checkpoint = Checkpoint(origin_of(NODE), small.log.size(), small.log.root())
        lines = cosignature.sign(held, keys, checkpoint, START)
        note = add_cosignatures(small.note(), "".join(one.line() for one in lines), held, NOW)
        policy = policy_text(log_keys, [held], 1)
        return codes(small.verify(small.package(indexes, checkpoint=note, policy=policy)))

    assert with_witness(HUB, small.keys[HUB]) == []
    assert with_witness(HUB, keys_of("attacker")) == ["SKS-L080"]
    assert with_witness("stranger", keys_of("attacker")) == ["SKS-L080"]
    assert with_witness(NODE, small.keys[NODE]) == ["SKS-L080"]


def test_a_policy_of_another_log_or_none_at_all(small: Town) -> None:
    indexes = small.tell(STORY)
    other = policy_text(cosignature.log_keys(HUB, small.keys[HUB].public), [], 0)
    for policy, code in ((other, "SKS-L081"), (b"nonsense", "SKS-L030")):
        assert codes(small.verify(small.package(indexes, policy=policy))) == [code]


def test_a_fork_shows_when_the_witness_saw_the_other_side(small: Town) -> None:
    """The node shows the auditor a log in which one record is another; witnesses saw the first."""
    indexes = small.tell(STORY)
    honest = small.note()
    forged = Town()
    forged.tell((SUBMITTED, replace(JUDGED, data={**JUDGED.data, "approvals_needed": 0})))
    forged.tell((APPROVED, SEALED, SENT, RECEIPTED))
    package = forged.package(indexes)
    bare = sign_checkpoint(NODE, forged.log.size(), forged.log.root(), small.keys[NODE], START)
    held = cosignature.witness_keys(HUB, small.keys[HUB].public)
    _, _, signatures = honest.decode().rpartition("\n\n")
    with pytest.raises(SekishoError):
        add_cosignatures(bare, signatures, held, NOW)
    spliced = bare + signatures.split("\n", 1)[1].encode()
    verdict = small.verify(forged.package(indexes, checkpoint=spliced))
    assert codes(verdict) == ["SKS-L079"]
    assert codes(small.verify(package, previous_checkpoint=honest)) == ["SKS-L084"]


# The records


def test_a_rewritten_record_is_named(town: Town) -> None:
    indexes = town.tell(STORY)
    package = town.package(indexes)
    forged, _ = town.entry(replace(APPROVED, data={"round": 9}), indexes[2])
    verdict = town.verify(changed_entry(package, 2, entry=forged))
    assert "SKS-L075" in codes(verdict)
    assert str(indexes[2]) in words(verdict, "SKS-L075")
    by_attacker = sign_event(
        make_event(kind="transfer.approved", node=NODE, time=START, subject=TRANSFER_ID)[0],
        keys_of("attacker"),
    )
    verdict = town.verify(changed_entry(package, 2, entry=by_attacker, disclosures=()))
    assert {"SKS-L073", "SKS-L075", "SKS-L090"} <= set(codes(verdict))


def test_a_record_of_another_node_is_named(small: Town) -> None:
    other = make_event(kind="vault.erased", node=HUB, time=START, subject=TRANSFER_ID)[0]
    small.log.append([sign_event(other, small.keys[HUB])])
    index = small.log.size() - 1
    small.disclosures[index], small.leaves[index] = (), ""
    verdict = small.verify(small.package([*small.tell(STORY), index]))
    assert codes(verdict) == ["SKS-L074"]


def test_records_of_several_forms_of_damage(small: Town) -> None:
    indexes = small.tell(STORY)
    package = small.package(indexes)
    for entry in (b"{}", b"\xff", b"", package.directory):
        verdict = small.verify(changed_entry(package, 2, entry=entry, disclosures=()))
        assert "SKS-L073" in codes(verdict)
        assert not verdict.ok


def test_a_swapped_proof_is_named(town: Town) -> None:
    indexes = town.tell(STORY)
    package = town.package(indexes)
    first, second = package.entries[0].proof, package.entries[1].proof
    assert first is not None and second is not None
    swapped = changed_entry(changed_entry(package, 0, proof=second), 1, proof=first)
    verdict = town.verify(swapped)
    assert codes(verdict)[:2] == ["SKS-L076", "SKS-L076"]
    hashes = changed_entry(package, 0, proof=replace(first, hashes=second.hashes))
    assert codes(town.verify(hashes))[0] == "SKS-L075"
    other_note = changed_entry(package, 0, proof=replace(first, note=town.note(witnesses=())))
    assert codes(town.verify(other_note))[0] == "SKS-L076"


def test_an_altered_disclosure_is_named(town: Town) -> None:
    indexes = town.tell(STORY)
    package = town.package(indexes)
    one = package.entries[2].disclosures[0]
    altered = changed_entry(package, 2, disclosures=(replace(one, value="tanaka"),))
    verdict = town.verify(altered)
    assert codes(verdict) == ["SKS-L082"]
    assert "actor" in words(verdict, "SKS-L082")
    assert str(indexes[2]) in words(verdict, "SKS-L082")
    without = replace(
        package, entries=tuple(replace(entry, disclosures=()) for entry in package.entries)
    )
    assert town.verify(without).ok


def test_keys_count_only_in_their_time(small: Town) -> None:
    indexes = small.tell(STORY)
    new = keys_of("lgwan, second keys")

    def handed_over(minutes: int) -> bytes:
        return documents.write(
            {
                "node": NODE,
                "keys": new.public.as_document(),
                "at": stamp(START + timedelta(minutes=minutes)),
            }
        )

    assert small.verify(small.package(indexes, handovers=(handed_over(60),))).ok
    early = small.verify(small.package(indexes, handovers=(handed_over(4),)))
    assert set(codes(early)) >= {"SKS-L073"}


def test_a_clock_that_went_back_is_mentioned(small: Town) -> None:
    indexes = small.tell(STORY)
    late = make_event(kind="vault.erased", node=NODE, time=START, subject=TRANSFER_ID)[0]
    small.log.append([sign_event(late, small.keys[NODE])])
    index = small.log.size() - 1
    small.disclosures[index], small.leaves[index] = (), ""
    verdict = small.verify(small.package([*indexes, index]))
    assert verdict.ok
    assert any("時計" in line.words_ja for line in verdict.lines)


# The acts


def story(*acts: Told) -> Callable[[Town], list[str | None]]:
    def judge(town: Town) -> list[str | None]:
        package = town.package(town.tell(acts), parcels={}, receipts={})
        return codes(town.verify(package))

    return judge


TWO_NEEDED = replace(JUDGED, data={**JUDGED.data, "approvals_needed": 2})
BY_SENDER = replace(APPROVED, hidden={"actor": "sato"})
BY_ANOTHER = replace(APPROVED, hidden={"actor": "tanaka"})
FOR_SUZUKI = replace(APPROVED, hidden={"actor": "tanaka", "acting_for": "suzuki"})
FOR_SENDER = replace(APPROVED, hidden={"actor": "tanaka", "acting_for": "sato"})
WITHDRAWN = Told("transfer.withdrawn")


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ((SUBMITTED, JUDGED, SEALED, SENT), ["SKS-L090"]),
        ((SUBMITTED, TWO_NEEDED, APPROVED, SEALED, SENT), ["SKS-L090"]),
        ((SUBMITTED, TWO_NEEDED, APPROVED, BY_ANOTHER, SEALED, SENT), []),
        ((SUBMITTED, TWO_NEEDED, APPROVED, APPROVED, SEALED, SENT), ["SKS-L093", "SKS-L090"]),
        ((SUBMITTED, JUDGED, BY_SENDER, SEALED, SENT), ["SKS-L093", "SKS-L090"]),
        ((SUBMITTED, JUDGED, FOR_SUZUKI, SEALED, SENT), []),
        ((SUBMITTED, TWO_NEEDED, APPROVED, FOR_SUZUKI, SEALED, SENT), ["SKS-L093", "SKS-L090"]),
        ((SUBMITTED, TWO_NEEDED, FOR_SUZUKI, BY_ANOTHER, SEALED, SENT), ["SKS-L093", "SKS-L090"]),
        ((SUBMITTED, JUDGED, FOR_SENDER, SEALED, SENT), ["SKS-L093", "SKS-L090"]),
        ((SUBMITTED, JUDGED, SEALED, APPROVED, SENT), ["SKS-L090"]),
        (
            (
                SUBMITTED,
                JUDGED,
                APPROVED,
                Told("transfer.sent_back"),
                SUBMITTED,
                JUDGED,
                SEALED,
                SENT,
            ),
            ["SKS-L090"],
        ),
        ((SUBMITTED, JUDGED, APPROVED, SENT), ["SKS-L091"]),
        ((SUBMITTED, SEALED, SENT), ["SKS-L091"]),
        ((SUBMITTED, APPROVED), ["SKS-L091"]),
        ((JUDGED, APPROVED, SEALED, SENT), ["SKS-L091"]),
        ((Told("transfer.sent_back"),), ["SKS-L091"]),
        ((Told("transfer.collected"),), ["SKS-L091"]),
        ((SUBMITTED, JUDGED, APPROVED, WITHDRAWN, SEALED, SENT), ["SKS-L092", "SKS-L092"]),
        ((SUBMITTED, JUDGED, Told("transfer.rejected"), APPROVED), ["SKS-L092"]),
        ((SUBMITTED, Told("transfer.expired"), SUBMITTED), ["SKS-L092"]),
        ((SUBMITTED, replace(JUDGED, data={"timing": "before"})), ["SKS-L094"]),
        ((SUBMITTED, replace(JUDGED, data={**JUDGED.data, "timing": "never"})), ["SKS-L094"]),
        ((SUBMITTED, JUDGED, APPROVED, SEALED, SENT, RECEIPTED), ["SKS-L105"]),
        ((SUBMITTED, JUDGED, APPROVED, replace(SENT, data={"parcel": ["x"]})), ["SKS-L091"]),
        (
            (
                SUBMITTED,
                JUDGED,
                APPROVED,
                SEALED,
                SENT,
                Told("transfer.failed", {"parcel": "pc_x"}),
            ),
            ["SKS-L091"],
        ),
        ((Told("vault.erased"),), ["SKS-L097"]),
    ],
)
def test_acts_that_are_missing_or_out_of_order(
    small: Town, acts: tuple[Told, ...], expected: list[str]
) -> None:
    assert story(*acts)(small) == expected


def test_a_missing_approval_is_said_plainly(small: Town) -> None:
    package = small.package(small.tell((SUBMITTED, JUDGED, SEALED, SENT)), parcels={}, receipts={})
    sentence = words(small.verify(package), "SKS-L090")
    assert "承認 0 名" in sentence
    assert TRANSFER_ID in sentence


def test_leaving_out_a_record_of_approval_does_not_help_anybody(town: Town) -> None:
    indexes = town.tell(STORY)
    verdict = town.verify(town.package([i for i in indexes if i != indexes[2]]))
    assert "SKS-L090" in codes(verdict)


@given(
    st.lists(
        st.sampled_from([*STORY, WITHDRAWN, BY_SENDER, Told("transfer.sent_back")]), max_size=8
    )
)
def test_any_order_of_acts_gets_a_verdict(acts: list[Told]) -> None:
    story(*acts, SUBMITTED)(Town())


# Parcels and receipts


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"root": "33" * 32}, "SKS-L101"),
        ({"receiver": HUB}, "SKS-L101"),
        ({"key_kind": "daily"}, "SKS-L101"),
        ({"parcel": "pc_" + "c" * 26}, "SKS-L101"),
        ({"sender": "nobody"}, "SKS-L100"),
        ({"sender": HUB}, "SKS-L100"),
        ({"created": "never"}, "SKS-L100"),
    ],
)
def test_a_manifest_that_does_not_fit_is_named(
    small: Town, change: dict[str, str], code: str
) -> None:
    indexes = small.tell(STORY)
    manifest = small.parcel([small.leaves[indexes[2]]], **change)
    verdict = small.verify(small.package(indexes, parcels={PARCEL_ID: manifest}))
    assert codes(verdict) == [code]
    assert PARCEL_ID in words(verdict, code)


def test_an_approval_that_the_manifest_names_must_be_there(small: Town) -> None:
    indexes = small.tell(STORY)
    manifest = small.parcel([small.leaves[indexes[2]], "ab" * 32])
    verdict = small.verify(small.package(indexes, parcels={PARCEL_ID: manifest}))
    assert codes(verdict) == ["SKS-L102"]


def test_a_daily_key_is_mentioned(small: Town) -> None:
    sealed = replace(SEALED, data={**SEALED.data, "receiver_key_kind": "daily"})
    indexes = small.tell((SUBMITTED, JUDGED, APPROVED, sealed, SENT, RECEIPTED))
    manifest = small.parcel([small.leaves[indexes[2]]], key_kind="daily")
    verdict = small.verify(small.package(indexes, parcels={PARCEL_ID: manifest}))
    assert verdict.ok
    assert any("日替わり" in line.words_ja for line in verdict.lines)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"root": "33" * 32}, "SKS-L104"),
        ({"root": ""}, "SKS-L104"),
        ({"letter_sha256": "44" * 32}, "SKS-L104"),
        ({"transfer_id": "tr_" + "c" * 26}, "SKS-L104"),
        ({"parcel_id": "pc_" + "c" * 26}, "SKS-L104"),
        ({"outcome": "refused"}, "SKS-L104"),
        ({"receiver": HUB}, "SKS-L103"),
        ({"receiver": "nobody"}, "SKS-L103"),
    ],
)
def test_a_receipt_that_does_not_fit_is_named(
    small: Town, change: dict[str, str], code: str
) -> None:
    receipt = small.receipt(replace(ReceiptWords(), **change))
    package = small.package(small.tell(STORY), receipts={PARCEL_ID: receipt})
    verdict = small.verify(package)
    assert codes(verdict) == [code]


def test_a_receipt_by_the_sender_himself_is_refused(small: Town) -> None:
    package = small.package(small.tell(STORY), receipts={PARCEL_ID: small.receipt(by=NODE)})
    assert codes(small.verify(package)) == ["SKS-L103"]


def test_documents_of_parcels_that_no_record_names(small: Town) -> None:
    other = "pc_" + "c" * 26
    package = small.package(small.tell(STORY))
    parcels = {**package.parcels, other: small.parcel([], parcel=other)}
    receipts = {**package.receipts, other: small.receipt(ReceiptWords(parcel_id=other))}
    package = replace(package, parcels=parcels, receipts=receipts)
    assert codes(small.verify(package)) == ["SKS-L101", "SKS-L104"]


# Periods, persons and earlier checkpoints


def period(town: Town, start: int, end: int, **changes: Any) -> EvidencePackage:
    entries, proof = prove_period(town.log, start, end, town.log.size(), town.disclosures)
    package = town.package([0], parcels={}, receipts={})
    settings = {"kind": PERIOD, "subject": "2026-04-01", "entries": entries, "range_proof": proof}
    return replace(package, **{**settings, **changes})


def test_a_period_proves_that_nothing_is_left_out(town: Town) -> None:
    indexes = town.tell((*STORY, Told("vault.rotated", {}, {}, NODE)))
    whole = period(town, 1, indexes[-1] + 1)
    assert town.verify(whole).ok
    gap = tuple(one for one in whole.entries if one.index != indexes[2])
    assert "SKS-L083" in codes(town.verify(replace(whole, entries=gap)))
    renumbered = tuple(replace(one, index=i) for i, one in enumerate(gap, 1))
    assert "SKS-L083" in codes(town.verify(replace(whole, entries=renumbered)))
    shortened = replace(whole, entries=whole.entries[:-1])
    assert "SKS-L083" in codes(town.verify(shortened))


def test_a_period_judges_the_transfers_that_begin_in_it(small: Town) -> None:
    indexes = small.tell(STORY)
    verdict = small.verify(period(small, indexes[3], small.log.size()))
    assert verdict.ok
    assert any("より前に始まって" in line.words_ja for line in verdict.lines)
    other = "tr_" + "d" * 26
    bad_story = [replace(act, subject=other) for act in (SUBMITTED, JUDGED, SEALED)]
    small.tell(bad_story)
    assert codes(small.verify(period(small, 0, small.log.size()))) == ["SKS-L090"]


def test_a_period_may_hold_documents_of_other_parcels(small: Town) -> None:
    small.tell(STORY)
    other = "pc_" + "c" * 26
    package = period(
        small,
        0,
        small.log.size(),
        parcels={PARCEL_ID: small.parcel([]), other: small.parcel([], parcel=other)},
        receipts={PARCEL_ID: small.receipt(), other: b"not even a receipt"},
    )
    verdict = small.verify(package)
    assert verdict.ok
    assert (
        sum("この証跡に含まれる記録のものではありません" in line.words_ja for line in verdict.lines)
        == 2
    )
    wrong = replace(package, receipts={PARCEL_ID: small.receipt(ReceiptWords(root="33" * 32))})
    assert codes(small.verify(wrong)) == ["SKS-L104"]


def test_a_submission_refused_at_once_is_no_transfer(small: Town) -> None:
    small.tell([Told("transfer.judged", {"outcome": "refused", "codes": ["SKS-T020"]})])
    verdict = small.verify(period(small, 0, small.log.size()))
    assert verdict.ok
    assert not any("より前に" in line.words_ja for line in verdict.lines)


def test_a_person_gets_single_records(small: Town) -> None:
    indexes = small.tell(STORY)
    package = small.package([indexes[2]], kind=PERSON, subject="ps_1", parcels={}, receipts={})
    assert small.verify(package).ok


def earlier(town: Town, size: int) -> Earlier:
    return Earlier(town.note(size), town.log.consistency_proof(size))


def test_the_log_continues_an_earlier_checkpoint(town: Town) -> None:
    indexes = town.tell(STORY)
    package = town.package(indexes, earlier=earlier(town, 4))
    verdict = town.verify(package)
    assert verdict.ok
    assert any("以前の検証点" in line.words_ja for line in verdict.lines)
    wrong = Earlier(town.note(4), town.log.consistency_proof(5))
    assert codes(town.verify(replace(package, earlier=wrong))) == ["SKS-L084"]
    stranger = Earlier(b"nonsense", ())
    assert codes(town.verify(replace(package, earlier=stranger))) == ["SKS-L020"]


def test_the_checkpoint_that_the_reader_keeps(small: Town) -> None:
    indexes = small.tell(STORY)
    package = small.package(indexes, earlier=earlier(small, 4))
    assert small.verify(package, previous_checkpoint=small.note(4)).ok
    assert small.verify(package, previous_checkpoint=small.note()).ok
    unproven = small.verify(package, previous_checkpoint=small.note(5))
    assert codes(unproven) == ["SKS-L085"]
    without = replace(package, earlier=None)
    assert codes(small.verify(without, previous_checkpoint=small.note(4))) == ["SKS-L085"]
    small.tell([WITHDRAWN])
    longer = small.note()
    assert codes(small.verify(package, previous_checkpoint=longer)) == ["SKS-L085"]
    assert codes(small.verify(package, previous_checkpoint=b"")) == ["SKS-L020"]


def test_a_rolled_back_database_shows_against_what_the_reader_keeps(small: Town) -> None:
    """The node went back to three records and recorded another story from there."""
    small.tell(STORY)
    kept = small.note()
    rolled_back = Town()
    indexes = rolled_back.tell(
        (*STORY[:5], replace(RECEIPTED, hidden={"note": "other"}), WITHDRAWN)
    )
    package = rolled_back.package(indexes, earlier=earlier(rolled_back, small.log.size()))
    assert codes(small.verify(package, previous_checkpoint=kept)) == ["SKS-L085"]
    spliced = Earlier(kept, rolled_back.log.consistency_proof(small.log.size()))
    package = replace(package, earlier=spliced)
    assert codes(small.verify(package, previous_checkpoint=kept)) == ["SKS-L084", "SKS-L084"]


# The verifier itself


def test_many_problems_of_a_kind_are_summed_up(small: Town) -> None:
    indexes = small.tell([Told("key.destroyed", {}, {}, f"rk_{i}") for i in range(40)])
    package = small.package(indexes, kind=PERSON, subject="ps_1", parcels={}, receipts={})
    broken = tuple(replace(one, proof=package.entries[0].proof) for one in package.entries)
    verdict = small.verify(replace(package, entries=broken))
    assert len(codes(verdict)) == 20
    assert any("ほかに 19 件" in line.words_ja for line in verdict.lines)


def test_long_work_says_how_far_it_is(small: Town) -> None:
    seen: list[tuple[int, int]] = []
    package = small.package(small.tell(STORY))
    small.verify(package, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, len(STORY)) for done in range(len(STORY))]


def test_what_is_no_package_gets_a_verdict(small: Town) -> None:
    verdict = small.verify(b"not a package")
    assert codes(verdict) == ["SKS-L060"]
    assert codes(small.verify(b"")) == ["SKS-L060"]
    assert small.verify(b"").lines[0].state is State.BAD


def test_an_entry_that_was_never_in_the_log_cannot_be_added(small: Town) -> None:
    indexes = small.tell(STORY)
    package = small.package(indexes)
    other = Log(MemoryRows())
    extra, _ = small.entry(BY_ANOTHER, 99)
    other.append([extra])
    assert package.entries[0].proof is not None
    proof = replace(package.entries[0].proof, index=99, hashes=())
    added = replace(package, entries=(*package.entries, PackageEntry(99, extra, proof)))
    assert codes(small.verify(added)) == ["SKS-L075"]


def test_all_sentences_have_the_same_gaps_in_both_languages() -> None:
    for key, (words_ja, words_en) in WORDS.items():
        gaps = [
            {
                part.split("}")[0].removesuffix("_ja").removesuffix("_en")
                for part in text.split("{")[1:]
            }
            for text in (words_ja, words_en)
        ]
        assert gaps[0] == gaps[1], key


def test_it_runs_without_django_and_other_engines(tmp_path: Path) -> None:
    town = Town()
    path = tmp_path / "package.zip"
    path.write_bytes(packed(town.package(town.tell(STORY))))
    script = f"""
import sys
from importlib.abc import MetaPathFinder

class Blocked(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        top = name.split(".")
        ours = top[0] == "sekisho" and len(top) > 1 and top[1] not in ("kernel", "ledger")
        standard = top[0] in sys.stdlib_module_names or top[0] in ("cryptography", "tests")
        if ours or not (standard or top[0] in ("sekisho", "_cffi_backend", "_openssl")):
            raise ImportError(name)

sys.meta_path.insert(0, Blocked())
from pathlib import Path
from tests.engines.ledger.support import Town
verdict = Town().verify(Path({str(path)!r}))
assert verdict.ok, verdict
assert not [name for name in sys.modules if name.split(".")[0] in ("django", "click", "rich")]
print("verified")
"""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "verified\n"), done.stderr
