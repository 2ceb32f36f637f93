"""Uploads and submissions killed with SIGKILL at every port call, raced, and on a full disk.

A cut upload loses at most the part under way; a killed runner's draft becomes one transfer, by
the next worker; what is left over in the vault goes with the daily tidying.
"""

from __future__ import annotations

import itertools
import os
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.faults import invariants
from tests.faults.crossing import PAST_ANY_LEASE, prepare
from tests.faults.snapshots import Snapshot
from tests.support import postgres as postgres_module
from tests.support.acts import kept
from tests.support.killing import Child, Ended, Points, in_child, side_by_side
from tests.support.town import Town
from tests.support.uploads import begin, draft_with, new_draft, read_back, send_part

from sekisho.kernel.errors import Refused, SekishoError, Unavailable
from sekisho.node.submissions import run_submission
from sekisho.office.transfers.models import Transfer
from sekisho.office.uploads.actions import submitting
from sekisho.office.uploads.models import Draft, Upload, UploadPart

MIB = 1 << 20
FILE_BYTES_MAX = 3 * MIB
PART = 40_000
CONTENT = bytes(range(256)) * 400
FILES = {"名簿.bin": CONTENT, "空.txt": b"", "通知.txt": "税\n".encode() * 50}
POSTGRES_STEP = 5
MUST_BE_HIT = {
    "upload": [
        "file open internet/vault/objects",
        "file rename internet/vault/objects",
        "database before COMMIT",
        "database after COMMIT",
    ],
    "submission": [
        "database after UPDATE",
        "file rename internet/vault/objects",
        "database before COMMIT",
        "database after COMMIT",
        "file remove internet/vault/objects",
    ],
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def start(request: pytest.FixtureRequest, fast_folder: Path) -> Iterator[Snapshot]:
    """A settled town, on both databases."""
    server: postgres_module.Server | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
    folder = fast_folder / f"uploads-{request.param}"
    folder.mkdir()
    course = prepare(folder, b"unused", server)
    yield course.starts[0]
    course.remove()


@pytest.fixture
def handed_in(start: Snapshot, place: Path) -> Iterator[Snapshot]:
    """A town in which a draft with whole files waits for its runner."""
    town = start.copy(place / "handed-in", f"{start.mark}_in")

    def hand_in(opened: Town) -> None:
        with opened.at("internet") as node:
            draft_with(node, FILES)

    in_child(lambda: hand_in(town.open()))
    yield town
    town.remove()


def upload(town: Town) -> None:
    """A browser sends a file, from where it stands to its end."""
    with town.at("internet") as node:
        drafts = list(Draft.objects.values_list("draft_id", flat=True))
        draft_id = drafts[0] if drafts else new_draft(node)
        found = begin(node, draft_id, "名簿.bin", len(CONTENT))
        while found.bytes_received < len(CONTENT):
            offset = found.bytes_received
            found = send_part(node, found, offset, CONTENT[offset : offset + PART])


def submission(town: Town) -> None:
    """A draft is handed in and run in the web process."""
    with town.at("internet") as node:
        draft_id = Draft.objects.get().draft_id
        run_submission(node, submitting.start(node.desk, actor="sato", draft_id=draft_id))


def go_on_uploading(town: Town) -> None:
    """After a kill: no part is half there, and the rest of the file follows."""
    with town.at("internet") as node:
        for one in Upload.objects.all():
            parts = list(one.parts.values_list("position", "bytes"))
            assert [at for at, _ in parts] == list(range(0, one.bytes_received, PART))
            assert sum(size for _, size in parts) == one.bytes_received
            one.bytes_total = one.bytes_received
            assert read_back(node, one) == CONTENT[: one.bytes_received]
    upload(town)
    with town.at("internet") as node:
        assert read_back(node, Upload.objects.get()) == CONTENT
    town.run("internet")
    invariants.swept(town)


def go_on_submitting(town: Town) -> None:
    """After a kill: the worker makes one transfer of it, or its sender hands it in again."""
    for _ in range(2):
        town.clock.advance(PAST_ANY_LEASE)
        town.run("internet")
    with town.at("internet"):
        draft = Draft.objects.get()
    if draft.state == "open":
        submission(town)
        town.run("internet")
    with town.at("internet") as node:
        (made,) = Transfer.objects.all()
        draft = Draft.objects.get()
        assert (draft.state, draft.transfer_id) == ("submitted", made.transfer_id)
        seen = {one.path: invariants.content(node, one.object_id) for one in made.files.all()}
        assert {path: size for path, (size, _) in seen.items()} == {
            path: len(data) for path, data in FILES.items()
        }
        assert (Upload.objects.count(), UploadPart.objects.count()) == (0, 0)
        told = [one.kind for one in invariants.events_about(made.transfer_id)]
        assert told == ["transfer.submitted", "transfer.judged"]
    invariants.at_every_moment(town)
    invariants.swept(town)


def killed(
    start: Snapshot,
    place: Path,
    stage: Callable[[Town], None],
    go_on: Callable[[Town], None],
    number: int,
) -> Ended:
    """Kill the stage at its moment `number`, and look at what goes on; how the stage ended."""
    mark = f"{start.mark}_{stage.__name__}_{number}"
    town = start.copy(place / mark, mark)

    def work(tell: Callable[[str], None]) -> bool:
        stage(town.open(Points(tell, kill_at=number)))
        return True

    try:
        ended = Child(work).join()
        try:
            in_child(lambda: go_on(town.open()))
        except AssertionError as failure:
            last = ended.moments[-1] if ended.killed else "its end"
            raise AssertionError(f"killed at moment {number} ({last}):\n{failure}") from None
        return ended
    finally:
        town.remove()


@pytest.mark.parametrize(
    ("stage", "go_on"),
    [(upload, go_on_uploading), (submission, go_on_submitting)],
    ids=lambda one: one.__name__,
)
def test_killed_wherever_something_changed(
    request: pytest.FixtureRequest,
    start: Snapshot,
    place: Path,
    stage: Callable[[Town], None],
    go_on: Callable[[Town], None],
) -> None:
    begun = request.getfixturevalue("handed_in") if stage is submission else start
    step = POSTGRES_STEP if start.server else 1

    def works() -> Iterator[Callable[[], Ended]]:
        for number in itertools.count(1, step):
            yield partial(killed, begun, place, stage, go_on, number)

    ends = side_by_side(works(), until=lambda ended: bool(ended.answer))
    hit = [ended.moments[-1] for ended in ends if ended.killed]
    assert hit
    passed = ends[-1].moments if start.server else hit
    for label in MUST_BE_HIT[stage.__name__]:
        assert any(one.startswith(label) for one in passed), f"never killed at {label}: {hit}"


def _browser(town: Snapshot) -> int:
    """One of two that send the same file; how often the other one was quicker."""
    overtaken = 0
    opened = town.open()
    (town.folder / f"ready-{os.getpid()}").touch()
    while len(list(town.folder.glob("ready-*"))) < 2:
        time.sleep(0.01)
    with opened.at("internet") as node:
        found = begin(node, Draft.objects.get().draft_id, "名簿.bin", len(CONTENT))
        offset = found.bytes_received
        while offset < len(CONTENT):
            try:
                part = CONTENT[offset : offset + 2_000]
                offset = send_part(node, found, offset, part).bytes_received
            except Refused as other:
                assert other.code == "SKS-U005"
                overtaken += 1
                offset = other.params["offset"]
    return overtaken


def test_two_browsers_send_the_same_file(start: Snapshot, place: Path) -> None:
    town = start.copy(place / "two", f"{start.mark}_two")

    def begin_draft(opened: Town) -> None:
        with opened.at("internet") as node:
            new_draft(node)

    def look(opened: Town) -> None:
        with opened.at("internet") as node:
            found = Upload.objects.get()
            assert (found.state, read_back(node, found)) == ("whole", CONTENT)
            rows, files = kept(node)
            assert rows == files == found.parts.count()
            told = [one.kind for one in invariants.events_about(found.draft_id)]
            assert told == ["upload.received"]

    try:
        in_child(lambda: begin_draft(town.open()))
        both = [Child(lambda _: _browser(town)) for _ in range(2)]
        assert sum(one.join().answer for one in both) > 0
        in_child(lambda: look(town.open()))
    finally:
        town.remove()


def test_two_runners_of_one_draft_make_one_transfer(handed_in: Snapshot) -> None:
    """A runner that was thought dead, and the worker that took over, at the same time."""

    def run(late: bool) -> str:
        town = handed_in.open()
        with town.at("internet") as node:
            draft = Draft.objects.get()
            if not late:
                draft.fence = 1
            try:
                run_submission(node, draft)
            except Unavailable as lost:
                return lost.code
        return "ran"

    def hand_in(opened: Town) -> None:
        with opened.at("internet") as node:
            draft_id = Draft.objects.get().draft_id
            submitting.start(node.desk, actor="sato", draft_id=draft_id)
            opened.clock.advance(PAST_ANY_LEASE)
            assert len(submitting.take_queued(node.desk, 1)) == 1

    in_child(lambda: hand_in(handed_in.open()))
    both = [Child(lambda _, late=late: run(late)) for late in (False, True)]
    assert sorted(one.join().answer for one in both) == ["SKS-T067", "ran"]
    later = replace(handed_in, now=handed_in.now + PAST_ANY_LEASE)
    in_child(lambda: go_on_submitting(later.open()))


def test_no_room_for_a_part_and_none_for_the_submission(town: Town) -> None:
    content = bytes(8 * MIB)

    def with_little_room(act: Callable[[], object]) -> object:
        def work() -> object:
            resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES_MAX, FILE_BYTES_MAX))
            return act()

        return in_child(work)

    def send_too_much() -> tuple[str, int, tuple[int, int]]:
        with town.at("internet") as node:
            found = begin(node, new_draft(node), "大.dat", len(content))
            send_part(node, found, 0, content[:MIB])
            try:
                send_part(node, found, MIB, content[MIB:])
            except SekishoError as full:
                held = Upload.objects.get().bytes_received
                return full.code, held, kept(node)
        raise AssertionError("there was room")

    assert with_little_room(send_too_much) == ("SKS-V012", MIB, (1, 1))

    def send_the_rest_and_submit() -> tuple[str, str, int]:
        with town.at("internet") as node:
            found = Upload.objects.get()
            for offset in range(MIB, len(content), MIB):
                send_part(node, found, offset, content[offset : offset + MIB])
            draft_id = found.draft_id
            draft = submitting.start(node.desk, actor="sato", draft_id=draft_id)
            assert run_submission(node, draft) is None
            after = Draft.objects.get()
            return after.state, after.reasons[0]["code"], kept(node)[1]

    assert with_little_room(send_the_rest_and_submit) == ("queued", "SKS-V012", 8)
    town.clock.advance(PAST_ANY_LEASE)
    town.run("internet")
    with town.at("internet") as node:
        (made,) = Transfer.objects.all()
        assert made.files.get().bytes == len(content)
        town.run("internet")
        assert kept(node) == (1, 1)
