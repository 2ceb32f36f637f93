"""Findings before submission, and their use at submission as long as nothing has changed."""

from __future__ import annotations

import pytest
from tests.support import acts
from tests.support.acts import kept
from tests.support.disarming import Scripted
from tests.support.town import Town
from tests.support.uploads import (
    begin,
    draft_with,
    row,
    submit,
    upload_whole,
    with_scripted,
    with_settings,
)

from sekisho.disarm.account import Act
from sekisho.kernel.errors import Refused
from sekisho.node.inspecting import Inspection, Seen, inspect_upload, inspection_of
from sekisho.node.reports import reports_of
from sekisho.office.uploads.actions import drafting
from sekisho.office.uploads.models import Upload

CONTENT = "氏名\n個人番号 1234\nMACRO\n".encode()


@pytest.fixture
def script(town: Town) -> Scripted:
    acts.set_route(town, acts.SENDER, disarm={"*": "standard"})
    return with_scripted(town)


def inspected(town: Town, content: bytes = CONTENT) -> tuple[str, Inspection]:
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, {"名簿.txt": content})
        upload_id = Upload.objects.get(draft=draft_id).upload_id
        return draft_id, inspect_upload(node, actor="sato", upload_id=upload_id)


def test_findings_are_told_at_once_and_kept(town: Town, script: Scripted) -> None:
    _, found = inspected(town)
    assert (found.seen, found.reason, found.upload.kind) == (Seen.DONE, None, "text")
    assert found.report is not None
    assert [one.what for one in found.report.of(Act.FOUND)] == ["individual-number"]
    with town.at(acts.SENDER) as node:
        later = inspection_of(node, actor="sato", upload_id=found.upload.upload_id)
        assert (later.seen, later.report, later.reason) == (Seen.DONE, found.report, None)
        assert kept(node) == (3, 3)
        told = acts.last_event("upload.inspected").data
        assert told == {"upload": found.upload.upload_id, "kind": "text", "code": ""}


def test_submission_uses_the_result(town: Town, script: Scripted) -> None:
    draft_id, found = inspected(town)
    with town.at(acts.SENDER) as node:
        made = submit(node, draft_id)
        assert made is not None
        assert len(script.asked) == 1
        (told,) = reports_of(node, made)
        assert told.report == found.report
        assert made.files.get().bytes == len(CONTENT) - len(b"MACRO\n")
        town.run(acts.SENDER)
        assert kept(node) == (2, 2)


@pytest.mark.parametrize("change", ["rules", "tools", "profile"])
def test_another_engine_or_profile_does_the_work_again(
    town: Town, script: Scripted, change: str
) -> None:
    draft_id, _ = inspected(town)
    if change == "rules":
        script.rules = "2"
    elif change == "tools":
        script.tools = {"pikepdf": "99"}
    else:
        acts.set_route(town, acts.SENDER, disarm={"*": "strict"})
    with town.at(acts.SENDER) as node:
        assert submit(node, draft_id) is not None
        assert len(script.asked) == 2


def test_scanners_are_asked_again_at_submission(town: Town, script: Scripted) -> None:
    draft_id, found = inspected(town)

    class Warned(Scripted):
        def look(self, content: object) -> object:  # type: ignore[override]
            return super().look(_Virus())  # type: ignore[arg-type]

        def disarm(self, *args: object) -> object:  # type: ignore[override]
            return super().disarm(_Trap(), *args[1:])  # type: ignore[arg-type]

    with_scripted(town, Warned())
    with town.at(acts.SENDER) as node:
        assert submit(node, draft_id) is None
        assert row(draft_id).reasons[0]["upload"] == found.upload.upload_id


class _Virus:
    def pieces(self) -> list[bytes]:
        return [b"EICAR"]


class _Trap:
    def pieces(self) -> list[bytes]:
        return [b"TRAP"]


def test_what_is_stopped_is_said_and_its_content_not_kept(town: Town, script: Scripted) -> None:
    _, found = inspected(town, b"TRAP\n")
    assert found.reason is not None and found.reason.code == "SKS-D010"
    assert found.report is not None and found.upload.result_object == ""
    with town.at(acts.SENDER) as node:
        assert kept(node) == (2, 2)
        later = inspection_of(node, actor="sato", upload_id=found.upload.upload_id)
        assert later.reason is not None and later.reason.code == "SKS-D010"


def test_a_kind_that_may_not_pass_is_said(town: Town) -> None:
    acts.set_route(town, acts.SENDER, types=["pdf"])
    _, found = inspected(town)
    assert found.reason is not None and found.reason.code == "SKS-T029"
    assert found.report is None


def test_looking_again_replaces_what_was_kept(town: Town, script: Scripted) -> None:
    draft_id, found = inspected(town)
    with town.at(acts.SENDER) as node:
        inspect_upload(node, actor="sato", upload_id=found.upload.upload_id, password="鍵")
        town.run(acts.SENDER)
        assert kept(node) == (3, 3)
        drafting.delete_draft(node.desk, actor="sato", draft_id=draft_id)
        town.run(acts.SENDER)
        assert kept(node) == (0, 0)


def test_larger_files_and_unfinished_ones_wait(town: Town, script: Scripted) -> None:
    with_settings(town, inspect_mib=1)
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, {})
        large = upload_whole(node, draft_id, "大.bin", bytes((1 << 20) + 1))
        found = inspect_upload(node, actor="sato", upload_id=large.upload_id)
        assert found.seen is Seen.AT_SUBMISSION
        later = inspection_of(node, actor="sato", upload_id=large.upload_id)
        assert later.seen is Seen.AT_SUBMISSION
        small = begin(node, draft_id, "小.txt", 5)
        with pytest.raises(Refused) as not_whole:
            inspect_upload(node, actor="sato", upload_id=small.upload_id)
        assert not_whole.value.code == "SKS-U012"
        assert inspection_of(node, actor="sato", upload_id=small.upload_id).seen is Seen.NOT_YET
        with pytest.raises(Refused) as other:
            inspection_of(node, actor="suzuki", upload_id=small.upload_id)
        assert other.value.code == "SKS-U002"
