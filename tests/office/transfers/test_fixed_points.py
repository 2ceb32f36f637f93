"""The receiver believes no report: it disarms again and keeps fixed points, or its own result."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.disarming import Scripted
from tests.support.town import Town

from sekisho.disarm.report import read_report, write_report
from sekisho.kernel import dsse
from sekisho.ledger.verify import verify_package
from sekisho.node import packages
from sekisho.node.held import hold
from sekisho.node.worker import Round
from sekisho.office.evidence.models import Event
from sekisho.office.post.models import IncomingParcel, Receipt
from sekisho.office.transfers.actions.sending import resend
from sekisho.office.transfers.models import Arrival, ArrivedFile, Transfer, TransferFile
from sekisho.office.transfers.readers import evidence_readers
from sekisho.office.transfers.receipt import RECEIPT_TYPE, read_receipt
from sekisho.office.vault.actions import data_keys, register

STANDARD = {"*": "standard"}
CLEAN = "一行目\n三行目\n".encode()
MACRO = "一行目\nMACRO evil.example\n三行目\n".encode()
LARGE = b"0123456789abcdef" * 20_000
"""More than a head holds: it travels in blocks and streams into the vault."""


def disarming(town: Town, at: str, **policy: Any) -> Scripted:
    acts.set_route(town, at, **{"disarm": STANDARD, **policy})
    scripted = Scripted()
    town.nodes[at] = replace(town.nodes[at], given_disarmer=scripted)
    return scripted


def sent(town: Town, contents: dict[str, bytes]) -> str:
    transfer_id = acts.submit(town, contents)
    acts.approve(town, transfer_id)
    town.run(SENDER)
    return transfer_id


def received(town: Town) -> Round:
    (done,) = town.run(RECEIVER)
    assert done.troubles == []
    return done


def refusals(town: Town) -> list[str]:
    """The codes of the receiver's round, of which nothing was kept."""
    done = received(town)
    with town.at(RECEIVER) as node:
        assert Arrival.objects.count() == 0
        assert acts.kept(node) == (0, 0)
    return [one.code for one in done.refused]


def outcomes(town: Town) -> dict[str, str]:
    with town.at(RECEIVER):
        return {one.path: one.outcome for one in ArrivedFile.objects.all()}


@pytest.mark.parametrize("content", [MACRO, MACRO + LARGE], ids=["small", "large"])
def test_what_was_disarmed_by_the_same_rules_is_a_fixed_point(town: Town, content: bytes) -> None:
    disarming(town, SENDER)
    ours = disarming(town, RECEIVER)
    transfer_id = sent(town, {"通知.txt": content})
    assert received(town).received == 1
    assert outcomes(town) == {"通知.txt": "same"}
    assert ours.asked == [("通知.txt", "standard", None)]
    with town.at(RECEIVER) as node:
        event = acts.last_event("parcel.disarmed")
        assert (event.data["same"], event.data["redisarmed"], event.hidden) == (1, 0, {})
        assert acts.kept(node) == (2, 2)
    assert acts.collect(town, transfer_id)["通知.txt"].startswith(CLEAN)


@pytest.mark.parametrize("content", [MACRO, MACRO + LARGE], ids=["small", "large"])
def test_a_lying_sender_is_refused(town: Town, content: bytes) -> None:
    """It says that it disarms by the same rules, but lets macros through."""
    disarming(town, SENDER).removes = b"\0never"
    disarming(town, RECEIVER)
    transfer_id = sent(town, {"通知.txt": content})
    assert refusals(town) == ["SKS-T081"]
    with town.at(RECEIVER) as node:
        assert "parcel.refused" in acts.kinds(node, transfer_id)
        assert acts.last_event("parcel.refused").data["code"] == "SKS-T081"
    town.run(SENDER)
    assert acts.state(town, transfer_id) == "refused"


@pytest.mark.parametrize("content", [MACRO, MACRO + LARGE], ids=["small", "large"])
def test_with_another_version_this_side_decides(town: Town, content: bytes) -> None:
    theirs = disarming(town, SENDER)
    theirs.removes, theirs.rules = b"\0never", "0"
    disarming(town, RECEIVER)
    transfer_id = sent(town, {"通知.txt": content, "b.txt": b"1\n"})
    assert received(town).received == 1
    assert outcomes(town) == {"通知.txt": "redisarmed", "b.txt": "same"}
    with town.at(RECEIVER) as node:
        row = ArrivedFile.objects.get(path="通知.txt")
        assert row.sent == {
            "path": "通知.txt",
            "bytes": len(content),
            "sha256": sha256(content).hexdigest(),
        }
        assert row.sha256 == sha256(content.replace(b"MACRO evil.example\n", b"")).hexdigest()
        assert acts.kept(node) == (3, 3)
    assert acts.collect(town, transfer_id)["通知.txt"].startswith(CLEAN)


def test_the_receipt_commits_to_what_was_kept_instead(sqlite_town: Town) -> None:
    town = sqlite_town
    theirs = disarming(town, SENDER)
    theirs.removes, theirs.tools = b"\0never", {"pikepdf": "9"}
    disarming(town, RECEIVER)
    transfer_id = sent(town, {"通知.txt": MACRO})
    received(town)
    town.run(SENDER)
    with town.at(SENDER):
        envelope = dsse.decode(bytes(Receipt.objects.get().envelope), RECEIPT_TYPE)
        receipt = read_receipt(envelope.payload)
        taken = acts.last_event("transfer.receipted").data
        assert Transfer.objects.get().detail == {"redisarmed": 1}
    with town.at(RECEIVER):
        event = acts.last_event("parcel.disarmed")
        row = Event.objects.get(kind="parcel.disarmed", subject=transfer_id)
        opened = {one.field: one.value for one in row.disclosures.all()}
    assert (receipt.redisarmed, receipt.results) == (1, event.hidden["results"])
    assert (taken["redisarmed"], taken["results"]) == (1, receipt.results)
    (result,) = json.loads(opened["results"])
    assert result["sent"] == sha256(MACRO).hexdigest()
    assert result["kept"] == sha256(CLEAN).hexdigest()
    assert result["sent_by"] == {
        "profile": "standard",
        "rules": "1",
        "tools": {"pikepdf": "9"},
    }
    assert result["kept_by"]["tools"] == {}


def test_a_route_without_disarming_at_the_sender_is_no_way_in(town: Town) -> None:
    disarming(town, SENDER, disarm={})
    disarming(town, RECEIVER)
    sent(town, {"通知.txt": MACRO})
    assert received(town).received == 1
    assert outcomes(town) == {"通知.txt": "redisarmed"}


def test_a_file_that_stops_here_is_refused_with_its_reason(town: Town) -> None:
    disarming(town, SENDER, disarm={})
    disarming(town, RECEIVER)
    sent(town, {"通知.txt": b"TRAP\n"})
    assert refusals(town) == ["SKS-T082"]
    with town.at(RECEIVER):
        detail = IncomingParcel.objects.get(code="SKS-T082").detail
        assert (detail["path"], detail["stopped_by"]) == ("通知.txt", "SKS-D010")
        assert detail["why"]


def test_what_does_not_come_to_rest_is_refused(sqlite_town: Town) -> None:
    disarming(sqlite_town, SENDER, disarm={})
    disarming(sqlite_town, RECEIVER)
    sent(sqlite_town, {"通知.txt": b"SHIFTS\n"})
    assert refusals(sqlite_town) == ["SKS-T085"]


def test_what_becomes_another_kind_is_refused(sqlite_town: Town) -> None:
    disarming(sqlite_town, SENDER, disarm={})
    disarming(sqlite_town, RECEIVER)
    sent(sqlite_town, {"通知.txt": b"MACRO only\n"})
    assert refusals(sqlite_town) == ["SKS-T085"]


def test_too_large_to_be_disarmed_here_is_refused(
    sqlite_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sekisho.node.rechecking.INPUT_BYTES_MAX", 8)
    disarming(sqlite_town, SENDER, disarm={})
    disarming(sqlite_town, RECEIVER)
    sent(sqlite_town, {"通知.txt": MACRO})
    assert refusals(sqlite_town) == ["SKS-T082"]


def test_another_name_is_another_file(sqlite_town: Town) -> None:
    disarming(sqlite_town, SENDER, disarm={})
    disarming(sqlite_town, RECEIVER)
    sent(sqlite_town, {"a.docm": b"1\n", "a.txt": b"2\n"})
    assert received(sqlite_town).received == 1
    assert outcomes(sqlite_town) == {"a (2).txt": "redisarmed", "a.txt": "same"}


def test_kinds_that_this_side_lets_pass_are_not_touched(town: Town) -> None:
    disarming(town, SENDER)
    ours = disarming(town, RECEIVER, disarm={"pdf": "standard"})
    sent(town, {"通知.txt": MACRO})
    assert received(town).received == 1
    assert outcomes(town) == {"通知.txt": ""}
    assert ours.asked == []


def forge_report(town: Town, transfer_id: str, **changes: Any) -> None:
    """The sender's node rewrites a report before it is sent."""
    with town.at(SENDER) as node:
        transfer = Transfer.objects.get(pk=transfer_id)
        (row,) = transfer.files.all()
        keys = data_keys(node.desk, [transfer.reports_object])
        old = b"".join(
            map(bytes, node.vault.read(transfer.reports_object, keys[transfer.reports_object]))
        )
        report = read_report(old)
        out = report.went_out
        assert out is not None
        forged = write_report(replace(report, went_out=replace(out, **changes)))
        (made,) = node.vault.deposit_many([[forged]])
        with acts.atomic():
            acts.VaultObject.objects.filter(object_id=transfer.reports_object).delete()
            register(node.desk, [made])
        Transfer.objects.filter(pk=transfer_id).update(reports_object=made.object_id)
        TransferFile.objects.filter(pk=row.pk).update(
            report_bytes=len(forged), report_sha256=sha256(forged).hexdigest()
        )


@pytest.mark.parametrize("changes", [{"name": "別.txt"}, {"sha256": "ab" * 32}, {"bytes": 1}])
def test_a_report_of_another_file_is_refused(sqlite_town: Town, changes: dict[str, Any]) -> None:
    disarming(sqlite_town, SENDER)
    disarming(sqlite_town, RECEIVER)
    transfer_id = acts.submit(sqlite_town, {"通知.txt": MACRO})
    forge_report(sqlite_town, transfer_id, **changes)
    acts.approve(sqlite_town, transfer_id)
    sqlite_town.run(SENDER)
    assert refusals(sqlite_town) == ["SKS-T083"]


def test_a_transfer_that_is_sent_again_is_known_by_what_was_sent(town: Town) -> None:
    """Also where this side kept something else."""
    disarming(town, SENDER, disarm={})
    disarming(town, RECEIVER)
    transfer_id = sent(town, {"通知.txt": MACRO})
    received(town)
    with town.at(SENDER) as node:
        resend(node.desk, actor="sato", transfer_id=transfer_id)
    town.run(SENDER)
    done = received(town)
    assert (done.refused, done.received) == ([], 0)
    with town.at(RECEIVER) as node:
        assert acts.kept(node) == (2, 2)
        assert ArrivedFile.objects.count() == 1


def test_held_content_cannot_be_changed() -> None:
    with hold([b"abc", b"def"], 6) as held:
        assert (held.bytes, b"".join(held.pieces())) == (6, b"abcdef")
        with pytest.raises(OSError):
            os.pwrite(held.descriptor, b"x", 0)
        with pytest.raises(OSError):
            os.ftruncate(held.descriptor, 1)


@pytest.mark.parametrize("at", [SENDER, RECEIVER])
def test_the_evidence_of_both_sides_verifies(sqlite_town: Town, at: str) -> None:
    town = sqlite_town
    disarming(town, SENDER, disarm={"*": "strict"})
    disarming(town, RECEIVER)
    transfer_id = sent(town, {"通知.txt": MACRO, "名簿.txt": "個人番号\n".encode()})
    received(town)
    town.settle()
    with town.at(at) as node:
        package = packages.export_transfer(node, transfer_id)
    verdict = verify_package(
        package,
        readers=evidence_readers(),
        trusted_admins=[one.signing.public.fingerprint for one in town.admins],
        trusted_threshold=2,
        now=town.clock.now(),
    )
    assert verdict.ok, verdict.lines
    assert "unknown_kinds" not in str(verdict.lines)
