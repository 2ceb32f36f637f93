"""Files are disarmed before they are kept; reports, evidence and parcels say what was done."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.disarming import Scripted
from tests.support.town import Town, draft_for

from sekisho.kernel import dsse
from sekisho.kernel.errors import SekishoError, SeveralRefused
from sekisho.node import submitting
from sekisho.office.post.models import OutgoingParcel
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.actions.sending import submit_again
from sekisho.office.transfers.models import Transfer
from sekisho.seal.parcel import PAYLOAD_TYPE, read_manifest

STANDARD = {"*": "standard"}
FILE = {"通知.txt": "一行目\nMACRO evil.example\n三行目\n".encode()}
CLEAN = "一行目\n三行目\n".encode()


def disarming(town: Town, at: str = SENDER, **policy: Any) -> Scripted:
    """A route that disarms, and a node that does so by the script."""
    acts.set_route(town, at, **{"disarm": STANDARD, **policy})
    scripted = Scripted()
    town.nodes[at] = replace(town.nodes[at], given_disarmer=scripted)
    return scripted


def files(town: Town) -> dict[str, tuple[int, str]]:
    with town.at(SENDER):
        rows = Transfer.objects.get().files.all()
        return {one.path: (one.bytes, one.outcome) for one in rows}


def refusal(town: Town, contents: dict[str, bytes]) -> SekishoError:
    with pytest.raises(SekishoError) as refused:
        acts.submit(town, contents)
    with town.at(SENDER) as node:
        assert acts.kept(node) == (0, 0)
        assert Transfer.objects.count() == 0
    return refused.value


def test_what_is_kept_is_the_disarmed_file(town: Town) -> None:
    disarming(town)
    transfer_id = acts.submit(town, {**FILE, "表.csv": b"a,b\n"})
    assert files(town) == {"表.csv": (4, "same"), "通知.txt": (len(CLEAN), "rebuilt")}
    with town.at(SENDER) as node:
        row = Transfer.objects.get().files.get(path="通知.txt")
        assert row.sha256 == sha256(CLEAN).hexdigest()
        assert acts.kept(node) == (3, 3)
        assert acts.kinds(node, transfer_id) == [
            "transfer.submitted",
            "transfer.disarmed",
            "transfer.judged",
        ]


def test_the_evidence_counts_and_names_nothing(town: Town) -> None:
    disarming(town)
    acts.submit(town, {**FILE, "名簿.txt": "個人番号 123456789018\n".encode()})
    with town.at(SENDER):
        event = acts.last_event("transfer.disarmed")
    assert event.data == {
        "files": 2,
        "rebuilt": 1,
        "same": 1,
        "excepted": 0,
        "untouched": 0,
        "found": 1,
    }
    assert set(event.hidden) == {"reports", "by"}


def test_a_name_that_says_another_kind_is_put_right_and_stays_its_own(town: Town) -> None:
    disarming(town)
    contents = {"a.docm": b"1\n", "A.txt": b"22\n", "a (2).docm": b"333\n"}
    acts.submit(town, contents)
    with town.at(SENDER):
        rows = Transfer.objects.get().files.all()
        found = {one.path: one.bytes for one in rows}
    assert found == {"A.txt": 3, "a (2).txt": 4, "a (3).txt": 2}


def test_every_reason_is_told_at_once(town: Town) -> None:
    disarming(town)
    contents = {**FILE, "二.txt": b"TRAP\n", "三.txt": b"HANGS\n"}
    reason = refusal(town, contents)
    assert isinstance(reason, SeveralRefused)
    assert (reason.code, reason.params["count"]) == ("SKS-T080", 2)
    assert {path: one.code for path, one in reason.reasons} == {
        "二.txt": "SKS-D010",
        "三.txt": "SKS-D013",
    }
    with town.at(SENDER):
        event = acts.last_event("transfer.judged")
    assert event.data["outcome"] == "refused"
    assert sorted(event.data["codes"]) == ["SKS-D010", "SKS-D013"]


def test_a_kind_that_may_not_be_sent_is_not_disarmed_first(town: Town) -> None:
    scripted = disarming(town, types=["pdf"])
    assert refusal(town, FILE).code == "SKS-T029"
    assert scripted.asked == []
    with town.at(SENDER):
        assert acts.last_event("transfer.judged").data["codes"] == ["SKS-T029"]


def test_kinds_without_a_profile_pass_as_they_are(town: Town) -> None:
    scripted = disarming(town, disarm={"*": "standard", "text": "none"})
    acts.submit(town, FILE)
    assert files(town) == {"通知.txt": (len(FILE["通知.txt"]), "")}
    assert scripted.asked == []
    with town.at(SENDER) as node:
        assert acts.kept(node) == (1, 1)
        assert "transfer.disarmed" not in acts.kinds(node)


def test_the_profile_and_the_password_reach_the_disarmer_and_stay_nowhere(town: Town) -> None:
    scripted = disarming(town, disarm={"text": "strict"})
    paths = acts.write_files(town.folder, FILE)
    with town.at(SENDER) as node:
        submitting.submit(node, actor="sato", draft=draft_for(), paths=paths, password="hirakegoma")
        assert scripted.asked == [("通知.txt", "strict", "hirakegoma")]
        for path in node.settings.folder.rglob("*"):
            assert not path.is_file() or b"hirakegoma" not in path.read_bytes()


def test_too_large_for_the_memory_is_stopped_unless_its_kind_passes(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sekisho.node.treating.INPUT_BYTES_MAX", 8)
    disarming(town)
    reason = refusal(town, {**FILE, "小.txt": b"1\n"})
    assert isinstance(reason, SeveralRefused)
    assert [(path, one.code) for path, one in reason.reasons] == [("通知.txt", "SKS-D003")]
    disarming(town, disarm={"text": "none", "*": "standard"})
    acts.submit(town, FILE)
    assert files(town) == {"通知.txt": (len(FILE["通知.txt"]), "")}


def test_progress_counts_files(town: Town) -> None:
    disarming(town)
    told: list[tuple[str, int, int]] = []
    paths = acts.write_files(town.folder, {"a.txt": b"1\n", "b.txt": b"2\n"})
    with town.at(SENDER) as node:
        submitting.submit(
            node,
            actor="sato",
            draft=draft_for(),
            paths=paths,
            progress=lambda *step: told.append(step),
        )
    assert told == [("disarm", 1, 2), ("disarm", 2, 2)]


def test_the_parcel_states_versions_in_the_open_and_carries_the_reports(town: Town) -> None:
    acts.set_route(town, RECEIVER)
    scripted = disarming(town)
    scripted.tools = {"pikepdf": "10.1.0"}
    transfer_id = acts.deliver(town, FILE)
    with town.at(SENDER):
        row = OutgoingParcel.objects.get(transfer_id=transfer_id)
        manifest = read_manifest(dsse.decode(bytes(row.manifest), PAYLOAD_TYPE).payload)
    assert manifest.terms.context == {
        "transfer": transfer_id,
        "disarm.rules": "1",
        "disarm.profiles": "standard",
        "disarm.tools": "pikepdf 10.1.0",
    }
    assert acts.collect(town, transfer_id) == {"通知.txt": CLEAN}


def test_reports_end_with_their_transfer(town: Town) -> None:
    disarming(town)
    disarming(town, RECEIVER)
    transfer_id = acts.deliver(town, FILE)
    for name in (SENDER, RECEIVER):
        with town.at(name) as node:
            assert acts.kept(node) == (2, 2)
    town.clock.advance(acts.timedelta(days=40))
    for name in (SENDER, RECEIVER):
        acts.end(town, name)
        with town.at(name) as node:
            assert acts.kept(node) == (0, 0)
            assert acts.kinds(node, transfer_id).count("vault.erased") == 2


def test_what_was_submitted_before_the_route_disarmed_is_not_submitted_again(town: Town) -> None:
    transfer_id = acts.submit(town, FILE)
    with town.at(SENDER) as node:
        deciding.send_back(node.desk, actor="suzuki", transfer_id=transfer_id, reason="直して")
    disarming(town)
    with town.at(SENDER) as node, pytest.raises(SekishoError) as reason:
        submit_again(node.desk, actor="sato", transfer_id=transfer_id)
    assert (reason.value.code, reason.value.params["path"]) == ("SKS-T092", "通知.txt")
    assert acts.state(town, transfer_id) == "sent_back"
    again = acts.submit(town, FILE)
    with town.at(SENDER) as node:
        deciding.send_back(node.desk, actor="suzuki", transfer_id=again, reason="直して")
        submit_again(node.desk, actor="sato", transfer_id=again)
    assert acts.state(town, again) == "waiting"
