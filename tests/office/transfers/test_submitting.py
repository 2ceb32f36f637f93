"""Submitting: judged before anything is kept, and what is kept waits for approval."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.support import acts
from tests.support.town import Town, draft_for

from sekisho.kernel.errors import Refused, SekishoError
from sekisho.node import submitting
from sekisho.office.accounts.actions import retire_person
from sekisho.office.evidence.models import Event
from sekisho.office.transfers.actions.routes import close_route
from sekisho.office.transfers.models import Addressee, Transfer, TransferFile

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LARGE = 16 << 20
"""More than is read ahead before the first progress is told."""


def refusal(town: Town, contents: dict[str, bytes] | None = None, **changes: Any) -> SekishoError:
    actor = changes.pop("actor", "sato")
    with pytest.raises(SekishoError) as refused:
        acts.submit(town, contents or {"通知.txt": b"x"}, actor=actor, **changes)
    return refused.value


def nothing_is_kept(town: Town) -> bool:
    with town.at(acts.SENDER) as node:
        rows = Transfer.objects.count(), TransferFile.objects.count(), Addressee.objects.count()
        return (*rows, *acts.kept(node)) == (0, 0, 0, 0, 0)


def test_a_submitted_transfer_waits_with_its_files(town: Town) -> None:
    contents = {"通知.txt": "税".encode() * 10, "様式.pdf": PDF}
    transfer_id = acts.submit(town, contents, addressees=("sato", "takahashi"))
    with town.at(acts.SENDER) as node:
        transfer = Transfer.objects.get()
        assert (transfer.transfer_id, transfer.state) == (transfer_id, "waiting")
        assert (transfer.approvals_needed, transfer.round) == (1, 1)
        seen = {f.path: (f.bytes, f.content_type) for f in transfer.files.all()}
        assert seen == {"様式.pdf": (len(PDF), "pdf"), "通知.txt": (30, "text")}
        assert acts.kept(node) == (2, 2)
        assert acts.kinds(node, transfer_id) == ["transfer.submitted", "transfer.judged"]


def test_the_evidence_names_nobody_and_can_be_opened(town: Town) -> None:
    transfer_id = acts.submit(town, purpose="花子さんの申請")
    with town.at(acts.SENDER):
        event = acts.last_event("transfer.submitted")
        assert event.data == {"to": "lgwan", "files": 1, "bytes": 25, "round": 1}
        assert set(event.hidden) == {"sender", "purpose", "label", "files"}
        row = Event.objects.get(kind="transfer.submitted", subject=transfer_id)
        opened = {one.field: one.value for one in row.disclosures.all()}
        assert (opened["sender"], opened["purpose"]) == ("sato", "花子さんの申請")
        assert "通知.txt" in opened["files"]
        for secret in ("sato", "花子", "通知"):
            assert secret.encode() not in bytes(row.envelope)


def test_without_approvals_it_is_ready_at_once(town: Town) -> None:
    acts.set_route(town, acts.SENDER, approvals=0)
    transfer_id = acts.submit(town)
    assert acts.state(town, transfer_id) == "ready"


def test_a_file_of_the_wrong_kind_keeps_nothing_and_says_so(town: Town) -> None:
    acts.set_route(town, acts.SENDER, types=["image", "pdf"])
    reason = refusal(town, {"様式.pdf": b"not a PDF"})
    assert (reason.code, reason.params["path"]) == ("SKS-T029", "様式.pdf")
    assert nothing_is_kept(town)
    with town.at(acts.SENDER):
        event = acts.last_event("transfer.judged")
        assert event.data == {"outcome": "refused", "to": "lgwan", "codes": ["SKS-T029"]}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"actor": "nobody"}, "SKS-T051"),
        ({"to_node": "mynumber"}, "SKS-T004"),
        ({"addressees": ()}, "SKS-T021"),
        ({"label": "極秘"}, "SKS-T023"),
        ({"purpose": " "}, "SKS-T024"),
        ({"purpose": "税" * 401}, "SKS-T036"),
        ({"addressees": ("x" * 65,)}, "SKS-T036"),
    ],
)
def test_what_is_refused_before_reading_keeps_nothing(
    sqlite_town: Town, changes: dict[str, Any], code: str
) -> None:
    assert refusal(sqlite_town, **changes).code == code
    assert nothing_is_kept(sqlite_town)


def test_who_has_left_submits_nothing(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        retire_person(node.desk, actor="admin", login="sato")
    assert refusal(town).code == "SKS-T051"


def test_a_closed_route_takes_nothing(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        close_route(node.desk, actor="admin", from_node="internet", to_node="lgwan")
    assert refusal(town).code == "SKS-T004"


def test_somebody_named_twice_is_addressed_once(town: Town) -> None:
    transfer_id = acts.submit(town, addressees=("sato", "takahashi", "sato"))
    with town.at(acts.SENDER):
        rows = Addressee.objects.filter(transfer=transfer_id).order_by("id")
        assert [row.login for row in rows] == ["sato", "takahashi"]


def test_a_failure_after_depositing_leaves_nothing_in_the_vault(town: Town) -> None:
    """The route is closed by somebody else while the files are read."""
    (path,) = acts.write_files(town.folder)
    with town.at(acts.SENDER) as node:

        def close(what: str, done: int, total: int) -> None:
            close_route(node.desk, actor="admin", from_node="internet", to_node="lgwan")

        with pytest.raises(Refused) as refused:
            submitting.submit(
                node, actor="sato", draft=draft_for(), paths=[path], progress=once(close)
            )
    assert refused.value.code == "SKS-T004"
    assert nothing_is_kept(town)


def once(act: Any) -> Any:
    """A progress that acts at its first call."""
    done: list[None] = []

    def progress(what: str, at: int, total: int) -> None:
        if not done:
            done.append(None)
            act(what, at, total)

    return progress


def test_a_file_that_changes_while_it_is_read_is_read_again(sqlite_town: Town) -> None:
    (path,) = acts.write_files(sqlite_town.folder, {"大.bin": bytes(LARGE)})
    with sqlite_town.at(acts.SENDER) as node:
        changed = b"1" * LARGE
        submitting.submit(
            node,
            actor="sato",
            draft=draft_for(),
            paths=[path],
            progress=once(lambda *_: path.write_bytes(changed)),
        )
        assert acts.kept(node) == (1, 1)
    acts.approve(sqlite_town, transfer_id := the_only_transfer(sqlite_town))
    acts.carry(sqlite_town)
    assert acts.collect(sqlite_town, transfer_id) == {"大.bin": changed}


def the_only_transfer(town: Town) -> str:
    with town.at(acts.SENDER):
        return Transfer.objects.get().transfer_id


def test_a_file_that_goes_on_changing_is_refused_and_nothing_kept(sqlite_town: Town) -> None:
    (path,) = acts.write_files(sqlite_town.folder, {"大.bin": bytes(LARGE)})

    def grow(what: str, done: int, total: int) -> None:
        with path.open("ab") as file:
            file.write(b"x")

    with sqlite_town.at(acts.SENDER) as node, pytest.raises(SekishoError) as refused:
        submitting.submit(node, actor="sato", draft=draft_for(), paths=[path], progress=grow)
    assert refused.value.code == "SKS-V023"
    assert nothing_is_kept(sqlite_town)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Notice.txt", "notice.TXT"), ("ガ.txt", "カ\u3099.txt"), ("straße", "STRASSE")],
)
def test_two_names_that_are_one_on_some_system_are_refused(
    sqlite_town: Town, one: str, other: str
) -> None:
    reason = refusal(sqlite_town, {one: b"1", other: b"2"})
    assert (reason.code, {reason.params["path"], reason.params["other"]}) == (
        "SKS-T048",
        {one, other},
    )
    assert nothing_is_kept(sqlite_town)


@pytest.mark.parametrize("kind", ["link", "pipe", "missing"])
def test_what_is_no_plain_file_is_refused(sqlite_town: Town, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target.txt"
    target.write_bytes(b"x")
    path = tmp_path / kind
    if kind == "link":
        path.symlink_to(target)
    elif kind == "pipe":
        os.mkfifo(path)
    with sqlite_town.at(acts.SENDER) as node, pytest.raises(SekishoError) as refused:
        submitting.submit(node, actor="sato", draft=draft_for(), paths=[path])
    assert (
        refused.value.code == {"link": "SKS-V020", "pipe": "SKS-V020", "missing": "SKS-V013"}[kind]
    )
    assert nothing_is_kept(sqlite_town)
