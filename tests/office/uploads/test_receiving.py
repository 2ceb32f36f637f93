"""Parts of files: at exactly the place that is next, durable, repeated without harm."""

from __future__ import annotations

import os
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from tests.support import acts
from tests.support.acts import kept
from tests.support.town import Town
from tests.support.uploads import (
    CutLine,
    begin,
    draft_with,
    new_draft,
    read_back,
    send_part,
    upload_whole,
    with_settings,
)

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError, Unavailable
from sekisho.node import upkeep
from sekisho.node.uploading import receive
from sekisho.office.uploads.actions import drafting
from sekisho.office.uploads.models import Draft, Upload, UploadPart
from sekisho.office.uploads.rules import PART_BYTES_MAX, Texts

DATA = bytes(range(256)) * 20


def refused(act: object) -> SekishoError:
    with pytest.raises(SekishoError) as error:
        act()  # type: ignore[operator]
    return error.value


def test_a_file_comes_in_parts_and_is_whole(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        upload = upload_whole(node, new_draft(node), "税務/通知.txt", DATA, 1_000)
        assert (upload.state, upload.bytes_received) == ("whole", len(DATA))
        assert read_back(node, upload) == DATA
        assert upload.parts.count() == 6
        assert kept(node) == (6, 6)
        event = acts.last_event("upload.received")
        assert event.data == {"upload": upload.upload_id, "bytes": len(DATA), "parts": 6}
        assert set(event.hidden) == {"actor", "path"}


def test_an_empty_file_is_whole_at_once(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        upload = begin(node, new_draft(node), "空.txt", 0)
        assert (upload.state, read_back(node, upload)) == ("whole", b"")


@pytest.mark.parametrize("offset", [0, 999, 1_001, 2_000])
def test_a_part_for_another_place_is_told_the_right_one(town: Town, offset: int) -> None:
    with town.at(acts.SENDER) as node:
        upload = begin(node, new_draft(node), "a.txt", 5_000)
        send_part(node, upload, 0, DATA[:1_000])
        error = refused(lambda: send_part(node, upload, offset, DATA[offset : offset + 1_500]))
        assert (error.code, error.params["offset"]) == ("SKS-U005", 1_000)
        assert kept(node) == (1, 1)


def test_a_repeated_part_changes_nothing_and_other_bytes_are_refused(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        upload = begin(node, new_draft(node), "a.txt", 3_000)
        send_part(node, upload, 0, DATA[:1_000])
        send_part(node, upload, 1_000, DATA[1_000:2_000])
        again = send_part(node, upload, 0, DATA[:1_000])
        assert again.bytes_received == 2_000
        assert refused(lambda: send_part(node, upload, 0, DATA[1:1_001])).code == "SKS-U009"
        cut_otherwise = refused(lambda: send_part(node, upload, 0, DATA[:999]))
        assert (cut_otherwise.code, cut_otherwise.params["offset"]) == ("SKS-U005", 2_000)
        assert kept(node) == (2, 2)


@pytest.mark.parametrize("tenth", range(10))
def test_a_cut_line_loses_only_its_part(sqlite_town: Town, tenth: int) -> None:
    data = DATA * 100
    with sqlite_town.at(acts.SENDER) as node:
        upload = begin(node, new_draft(node), "a.bin", len(data))
        half = len(data) // 2
        upload = send_part(node, upload, 0, data[:half])
        line = CutLine(data[half:], after=(len(data) - half) * tenth // 10)
        with pytest.raises(Unavailable) as cut:
            receive(
                node,
                actor="sato",
                upload_id=upload.upload_id,
                offset=half,
                stream=line,
                length=len(data) - half,
            )
        assert cut.value.code == "SKS-U007"
        assert Upload.objects.get().bytes_received == half
        assert kept(node) == (1, 1)
        found = begin(node, upload.draft_id, "a.bin", len(data))
        assert (found.upload_id, found.bytes_received) == (upload.upload_id, half)
        upload = send_part(node, found, half, data[half:])
        assert read_back(node, upload) == data


def test_a_promised_digest_is_checked_before_anything_is_kept(sqlite_town: Town) -> None:
    with sqlite_town.at(acts.SENDER) as node:
        upload = begin(node, new_draft(node), "a.bin", 10)

        def promised(digest: str) -> Upload:
            return receive(
                node,
                actor="sato",
                upload_id=upload.upload_id,
                offset=0,
                stream=BytesIO(DATA[:10]),
                length=10,
                sha256=digest,
            )

        with pytest.raises(InvalidInput) as error:
            promised("0" * 64)
        assert error.value.code == "SKS-U008"
        assert kept(node) == (0, 0)
        assert promised(sha256(DATA[:10]).hexdigest()).state == "whole"


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 0), (0, PART_BYTES_MAX + 1), (-1, 5), (0, 101), (99, 2)]
)
def test_lengths_out_of_bounds(sqlite_town: Town, offset: int, length: int) -> None:
    with sqlite_town.at(acts.SENDER) as node:
        size = PART_BYTES_MAX * 2 if length > PART_BYTES_MAX else 100
        upload = begin(node, new_draft(node), "a.bin", size)

        def reading() -> Upload:
            return receive(
                node,
                actor="sato",
                upload_id=upload.upload_id,
                offset=offset,
                stream=BytesIO(b""),
                length=length,
            )

        assert refused(reading).code == "SKS-U006"


def test_nobody_reaches_the_upload_of_another(sqlite_town: Town) -> None:
    with sqlite_town.at(acts.SENDER) as node:
        draft_id = new_draft(node)
        upload = begin(node, draft_id, "a.bin", 4)

        def as_suzuki() -> Upload:
            return receive(
                node,
                actor="suzuki",
                upload_id=upload.upload_id,
                offset=0,
                stream=BytesIO(b"evil"),
                length=4,
            )

        assert refused(as_suzuki).code == "SKS-U002"
        other = {"actor": "suzuki", "draft_id": draft_id}
        assert refused(lambda: drafting.delete_draft(node.desk, **other)).code == "SKS-U001"
        texts = Texts("lgwan")
        change = refused(lambda: drafting.change_draft(node.desk, texts=texts, **other))
        assert change.code == "SKS-U001"


def test_the_same_file_goes_on_and_another_of_its_name_is_refused(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        draft_id = new_draft(node)
        first = begin(node, draft_id, "様式.pdf", 500, "2026-04-01")
        assert begin(node, draft_id, "様式.pdf", 500, "2026-04-01").pk == first.pk
        for path, size, modified in (
            ("様式.pdf", 500, "2026-04-02"),
            ("様式.PDF", 500, "2026-04-01"),
            ("様式.pdf", 501, "2026-04-01"),
        ):
            error = refused(lambda: begin(node, draft_id, path, size, modified))  # noqa: B023
            assert error.code == "SKS-T048"


def test_limits_of_the_route_hold_before_the_first_byte(town: Town) -> None:
    acts.set_route(town, acts.SENDER, files_max=2, file_bytes_max=1_000, transfer_bytes_max=1_500)
    with town.at(acts.SENDER) as node:
        draft_id = new_draft(node)
        assert refused(lambda: begin(node, draft_id, "a", 1_001)).code == "SKS-T028"
        begin(node, draft_id, "b", 900)
        assert refused(lambda: begin(node, draft_id, "c", 601)).code == "SKS-T027"
        begin(node, draft_id, "d", 1)
        assert refused(lambda: begin(node, draft_id, "e", 1)).code == "SKS-T026"


def test_names_that_cannot_travel_are_refused(sqlite_town: Town) -> None:
    with sqlite_town.at(acts.SENDER) as node:
        draft_id = new_draft(node)
        for path in ("../a", "/a", "a//b", "", "a\x00b"):
            error = refused(lambda: begin(node, draft_id, path, 1))  # noqa: B023
            assert error.code == "SKS-V022"


def test_quota_and_room_on_the_disk(sqlite_town: Town) -> None:
    with_settings(sqlite_town, quota_mib=1)
    with sqlite_town.at(acts.SENDER) as node:
        draft_id = new_draft(node)
        begin(node, draft_id, "a", 1 << 20)
        assert refused(lambda: begin(node, draft_id, "b", 1)).code == "SKS-U010"
    with_settings(sqlite_town, quota_mib=100, floor_mib=16 * 1024 * 1024)
    with sqlite_town.at(acts.SENDER) as node:
        assert refused(lambda: begin(node, draft_id, "c", 1)).code == "SKS-U011"
        upload = Upload.objects.get(path="a")
        assert begin(node, draft_id, "a", 1 << 20).pk == upload.pk
        assert refused(lambda: send_part(node, upload, 0, b"x")).code == "SKS-U011"


def test_a_removed_file_and_a_deleted_draft_leave_nothing(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        draft_id = draft_with(node, {"a.txt": DATA, "b.txt": DATA})
        first = Upload.objects.get(path="a.txt")
        drafting.remove_upload(node.desk, actor="sato", upload_id=first.upload_id)
        assert [one.path for one in Upload.objects.all()] == ["b.txt"]
        told = acts.last_event("upload.erased").data
        assert told == {"uploads": 1, "objects": 1, "why": "removed"}
        drafting.delete_draft(node.desk, actor="sato", draft_id=draft_id)
        assert UploadPart.objects.count() == 0
        town.run(acts.SENDER)
        assert kept(node) == (0, 0)


def test_drafts_that_nobody_touches_are_erased(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        draft_with(node, {"a.txt": DATA})
        town.clock.advance(timedelta(days=13))
        later = draft_with(node, {"b.txt": DATA})
        town.clock.advance(timedelta(days=2))
        town.run(acts.SENDER)
        assert [one.draft_id for one in Upload.objects.all()] == [later]
        assert kept(node) == (1, 1)
        assert acts.last_event("upload.erased").data["why"] == "expired"


def test_parts_whose_row_was_never_written_are_swept(sqlite_town: Town) -> None:
    with sqlite_town.at(acts.SENDER) as node:
        upload_whole(node, new_draft(node), "a.txt", DATA)
        orphan = node.vault.deposit([b"x"])
        assert kept(node) == (1, 2)
        for path in node.settings.vault.rglob("ob_*"):
            os.utime(path, (0, 0))
        (node.settings.folder / upkeep.TIDIED).unlink(missing_ok=True)
        upkeep.daily(node)
        assert kept(node) == (1, 1)
        assert orphan.object_id not in set(node.vault.object_ids())


def test_a_draft_in_the_queue_takes_no_part(sqlite_town: Town) -> None:
    with sqlite_town.at(acts.SENDER) as node:
        upload = begin(node, new_draft(node), "a.bin", 4)
        Draft.objects.update(state="queued")
        with pytest.raises(Refused) as busy:
            send_part(node, upload, 0, b"part")
        assert busy.value.code == "SKS-U003"
        assert kept(node) == (0, 0)
