"""From a draft to a transfer: once, with its progress, and with reasons for each file."""

from __future__ import annotations

import threading
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support import acts
from tests.support.acts import kept
from tests.support.disarming import Scripted
from tests.support.town import Town
from tests.support.uploads import (
    TEXTS,
    begin,
    draft_with,
    new_draft,
    row,
    submit,
    upload_whole,
    with_scripted,
)

from sekisho.kernel.errors import Refused, SekishoError, Unavailable
from sekisho.node.reports import reports_of
from sekisho.node.submissions import Runners, Telling, resume_submissions, run_submission
from sekisho.node.upkeep import remove_files
from sekisho.node.uploading import receive
from sekisho.office.accounts.actions import retire_person
from sekisho.office.transfers.models import Transfer, TransferFile
from sekisho.office.uploads import queries
from sekisho.office.uploads.actions import drafting, submitting
from sekisho.office.uploads.models import Draft, Upload, UploadPart
from sekisho.office.uploads.rules import ATTEMPTS_MAX, PART_BYTES_MAX

FILES = {"税務/通知.txt": "固定資産税の通知\n".encode() * 200, "様式.txt": b"form\n"}
DISARM = {"disarm": {"*": "standard"}}


def test_a_draft_becomes_a_transfer_and_its_parts_are_gone(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, FILES)
        made = submit(node, draft_id)
        assert made is not None and made.state == "waiting"
        draft = row(draft_id)
        assert (draft.state, draft.transfer_id) == ("submitted", made.transfer_id)
        assert draft.lease_until is None
        seen = {one.path: one.bytes for one in made.files.all()}
        assert seen == {path: len(data) for path, data in FILES.items()}
        assert (Upload.objects.count(), UploadPart.objects.count()) == (0, 0)
        assert kept(node) == (2, 2)
        assert acts.kinds(node, made.transfer_id) == ["transfer.submitted", "transfer.judged"]
        assert acts.last_event("upload.erased").data["why"] == "submitted"
    acts.approve(town, made.transfer_id)
    acts.carry(town)
    assert acts.collect(town, made.transfer_id) == FILES


def test_the_files_are_disarmed_and_reported(town: Town) -> None:
    acts.set_route(town, acts.SENDER, **DISARM)
    with_scripted(town)
    with town.at(acts.SENDER) as node:
        made = submit(node, draft_with(node, {"a.txt": b"text\nMACRO\n"}))
        assert made is not None
        (told,) = reports_of(node, made)
        assert (told.outcome, TransferFile.objects.get().bytes) == ("rebuilt", 5)


def test_each_refused_file_is_named_and_the_rest_can_be_sent(town: Town) -> None:
    acts.set_route(town, acts.SENDER, **DISARM)
    with_scripted(town)
    contents = {"a.txt": b"TRAP\n", "b.txt": b"good\n", "c/d.txt": b"HANGS\n"}
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, contents)
        assert submit(node, draft_id) is None
        draft = row(draft_id)
        assert draft.state == "refused"
        reasons = {one.upload.path: one.error.code for one in queries.reasons_of(draft)}
        assert reasons == {"a.txt": "SKS-D010", "c/d.txt": "SKS-D013"}
        assert (Transfer.objects.count(), *kept(node)) == (0, 3, 3)
        assert acts.last_event("transfer.judged").data["codes"] == ["SKS-D010", "SKS-D013"]
        assert drafting.remove_refused(node.desk, actor="sato", draft_id=draft_id) == 2
        assert row(draft_id).reasons == []
        made = submit(node, draft_id)
        assert made is not None and [one.path for one in made.files.all()] == ["b.txt"]


def test_kinds_that_may_not_pass_are_named_file_by_file(town: Town) -> None:
    acts.set_route(town, acts.SENDER, types=["image", "pdf"])
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, FILES)
        assert submit(node, draft_id) is None
        reasons = {one.upload.path: one.error.code for one in queries.reasons_of(row(draft_id))}
        assert reasons == dict.fromkeys(FILES, "SKS-T029")
        assert acts.last_event("transfer.judged").data["outcome"] == "refused"
        remove_files(node)
        assert kept(node) == (2, 2)


def test_what_the_route_says_of_people_and_texts_is_said_at_once(town: Town) -> None:
    acts.set_route(town, acts.SENDER, labels=["機密性1"])
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, FILES)
        with pytest.raises(Refused) as label:
            submit(node, draft_id)
        assert (label.value.code, row(draft_id).state) == ("SKS-T023", "open")
        texts = replace(TEXTS, label="機密性1")
        drafting.change_draft(node.desk, actor="sato", draft_id=draft_id, texts=texts)
        assert submit(node, draft_id) is not None


def test_what_is_missing_is_said_before_anything_runs(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        draft_id = new_draft(node)
        with pytest.raises(Refused) as no_files:
            submit(node, draft_id)
        assert no_files.value.code == "SKS-T025"
        begin(node, draft_id, "a.txt", 10)
        with pytest.raises(Refused) as not_whole:
            submit(node, draft_id)
        assert not_whole.value.code == "SKS-U012"
        nowhere = new_draft(node, texts=replace(TEXTS, to_node=""))
        upload_whole(node, nowhere, "a.txt", b"x")
        with pytest.raises(Refused) as no_destination:
            submit(node, nowhere)
        assert no_destination.value.code == "SKS-U013"


def test_emergencies_and_chosen_approvers_reach_the_transfer(town: Town) -> None:
    acts.set_route(town, acts.SENDER, emergency=True)
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, FILES)
        texts = replace(TEXTS, more={"emergency": "災害対応のため", "approvers": ["suzuki"]})
        drafting.change_draft(node.desk, actor="sato", draft_id=draft_id, texts=texts)
        made = submit(node, draft_id)
        assert made is not None
        assert (made.emergency, made.chosen) == ("災害対応のため", ["suzuki"])
        assert (made.state, made.confirm) == ("ready", "pending")
    acts.set_route(town, acts.SENDER, emergency=False)
    with town.at(acts.SENDER) as node:
        again = draft_with(node, FILES)
        drafting.change_draft(node.desk, actor="sato", draft_id=again, texts=texts)
        with pytest.raises(Refused):
            submit(node, again)


def test_starting_twice_makes_one_transfer(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, FILES)
        first = submitting.start(node.desk, actor="sato", draft_id=draft_id)
        second = submitting.start(node.desk, actor="sato", draft_id=draft_id)
        assert (first.lease_until is None, second.lease_until is None) == (False, True)
        assert resume_submissions(node) == []
        assert run_submission(node, first) is not None
        with pytest.raises(Refused) as submitted:
            submitting.start(node.desk, actor="sato", draft_id=draft_id)
        assert submitted.value.code == "SKS-U004"
        assert Transfer.objects.count() == 1


def test_who_was_overtaken_keeps_nothing(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        late = submitting.start(node.desk, actor="sato", draft_id=draft_with(node, FILES))
        town.clock.advance(timedelta(minutes=6))
        (other,) = submitting.take_queued(node.desk, 1)
        with pytest.raises(Unavailable) as lost:
            run_submission(node, late)
        assert lost.value.code == "SKS-T067"
        assert kept(node) == (2, 2)
        assert run_submission(node, other) is not None
        with pytest.raises(Unavailable):
            run_submission(node, late)
        assert Transfer.objects.count() == 1


def test_a_sender_stops_what_is_running(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, FILES)
        draft = submitting.start(node.desk, actor="sato", draft_id=draft_id)
        with pytest.raises(Refused) as busy:
            drafting.change_draft(node.desk, actor="sato", draft_id=draft_id, texts=TEXTS)
        assert busy.value.code == "SKS-U003"
        assert submitting.stop(node.desk, actor="sato", draft_id=draft_id).state == "open"
        with pytest.raises(Unavailable):
            run_submission(node, draft)
        assert (row(draft_id).state, Transfer.objects.count()) == ("open", 0)
        assert submit(node, draft_id) is not None


def test_the_worker_goes_on_after_a_runner_died(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, FILES)
        submitting.start(node.desk, actor="sato", draft_id=draft_id)
        town.run(acts.SENDER)
        assert row(draft_id).state == "queued"
        town.clock.advance(timedelta(minutes=6))
        town.run(acts.SENDER)
        assert row(draft_id).state == "submitted"
        assert Transfer.objects.count() == 1


def test_trouble_is_tried_again_later_and_not_for_ever(town: Town) -> None:
    class Away(Scripted):
        def disarm(self, *_: object) -> object:  # type: ignore[override]
            raise Unavailable("SKS-D030", reason="no children")

    acts.set_route(town, acts.SENDER, **DISARM)
    with_scripted(town, Away())
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, {"a.txt": b"x"})
        assert submit(node, draft_id) is None
        draft = row(draft_id)
        assert (draft.state, draft.attempts, draft.lease_until) == ("queued", 1, None)
        assert queries.reasons_of(draft)[0].error.code == "SKS-D030"
        for _ in range(ATTEMPTS_MAX):
            town.clock.advance(timedelta(hours=1))
            resume_submissions(node)
        draft = row(draft_id)
        assert (draft.state, draft.attempts) == ("refused", ATTEMPTS_MAX)
        assert [one.error.code for one in queries.reasons_of(draft)] == ["SKS-D030"]
    with_scripted(town)
    with town.at(acts.SENDER) as node:
        assert submit(node, draft_id) is not None


def test_the_password_is_used_and_written_nowhere(town: Town) -> None:
    secret = "開け-9f3b-胡麻"
    acts.set_route(town, acts.SENDER, **DISARM)
    script = with_scripted(town)
    with town.at(acts.SENDER) as node:
        submit(node, draft_with(node, {"a.txt": b"x"}), secret)
        assert script.asked == [("a.txt", "standard", secret)]
        rows = [str(one) for one in (*Draft.objects.values(), *Transfer.objects.values())]
        assert secret not in "".join(rows)


def test_progress_is_told_at_most_twice_a_second(sqlite_town: Town) -> None:
    now = [0.0]
    with sqlite_town.at(acts.SENDER) as node:
        draft = submitting.start(node.desk, actor="sato", draft_id=draft_with(node, FILES))
        telling = Telling(node.desk, draft, timer=lambda: now[0])
        told = []
        for step in range(40):
            now[0] = step / 10
            telling("deposit", step, 40)
            told.append(row(draft.draft_id).done)
        assert len(set(told)) == 8
        telling("submit", 1, 1)
        last = row(draft.draft_id)
        assert (last.stage, last.done, last.total) == ("submit", 1, 1)


def test_threads_of_the_web_process_run_it(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        drafts = [draft_with(node, {f"{n}.txt": b"%d" % n}) for n in range(3)]
        runners = Runners(node)
        running = [
            runners.start_submission(actor="sato", draft_id=one, password=None)[1] for one in drafts
        ]
        for one in running:
            assert one is not None
            one.result(timeout=60)
        runners.close()
        assert {row(one).state for one in drafts} == {"submitted"}
        assert Transfer.objects.count() == 3
    assert not any(one.name.startswith("sekisho-submit") for one in threading.enumerate())


def test_a_damaged_part_refuses_and_loses_nothing_else(sqlite_town: Town) -> None:
    with sqlite_town.at(acts.SENDER) as node:
        draft_id = draft_with(node, FILES)
        part = UploadPart.objects.first()
        assert part is not None
        (path,) = node.settings.vault.rglob(part.object_id)
        damaged = bytearray(path.read_bytes())
        damaged[-1] ^= 1
        path.write_bytes(damaged)
        assert submit(node, draft_id) is None
        (reason,) = queries.reasons_of(row(draft_id))
        assert (reason.error.code, Upload.objects.count()) == ("SKS-V011", 2)


def test_a_person_who_left_cannot_submit(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, FILES)
        retire_person(node.desk, actor="admin", login="sato")
        with pytest.raises(SekishoError) as gone:
            submit(node, draft_id)
        assert gone.value.code == "SKS-T051"


def test_memory_does_not_grow_with_the_file(sqlite_town: Town) -> None:
    class Line:
        """Bytes without end."""

        def read(self, count: int, /) -> bytes:
            return b"0123456789abcdef" * (count // 16)

    size = 8 * PART_BYTES_MAX
    with sqlite_town.at(acts.SENDER) as node:
        draft_id = new_draft(node)
        upload = begin(node, draft_id, "大.txt", size)
        tracemalloc.start()
        while upload.bytes_received < size:
            upload = receive(
                node,
                actor="sato",
                upload_id=upload.upload_id,
                offset=upload.bytes_received,
                stream=Line(),
                length=PART_BYTES_MAX,
            )
        made = submit(node, draft_id)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert made is not None and made.files.get().bytes == size
        assert peak < 3 * PART_BYTES_MAX
