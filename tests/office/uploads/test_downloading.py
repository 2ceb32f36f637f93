"""Straight out of the vault: whole, from anywhere, as one archive; collected when it was whole."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from io import BytesIO

import pytest
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import Refused
from sekisho.node.downloading import Download, open_archive, open_download
from sekisho.node.opening import Node
from sekisho.office.transfers.models import Arrival, Collection
from sekisho.office.uploads.models import Handout

MIB = 1 << 20
LARGE = bytes(range(256)) * (3 * MIB // 256) + b"end"
CONTENTS = {"名簿/一覧.bin": LARGE, "空.txt": b"", "通知.txt": "税\n".encode()}
BIG = 0
"""The position of the large file: names are sorted."""


@pytest.fixture
def arrived(town: Town) -> str:
    return acts.deliver(town, CONTENTS)


def opened(node: Node, transfer_id: str, position: int = BIG, **span: int) -> Download:
    return open_download(node, actor="sato", transfer_id=transfer_id, position=position, **span)


def cut(download: Download, after: int) -> bytes:
    """What a client had when the line was cut after so many bytes, as pieces end."""
    got = b""
    while len(got) < after:
        got += bytes(next(download.pieces))
    download.pieces.close()  # type: ignore[attr-defined]
    return got


def collections(town: Town) -> int:
    with town.at(acts.RECEIVER):
        return Collection.objects.count()


def test_a_file_goes_out_whole_and_is_collected(town: Town, arrived: str) -> None:
    with town.at(acts.RECEIVER) as node:
        found = opened(node, arrived)
        assert (found.name, found.bytes) == ("一覧.bin", len(LARGE))
        assert found.sha256 == sha256(LARGE).hexdigest()
        assert b"".join(map(bytes, found.pieces)) == LARGE
        assert (Collection.objects.count(), Handout.objects.count()) == (1, 0)
        event = acts.last_event("transfer.collected")
        assert event.data == {"files": 1, "complete": False}
        for position in (1, 2):
            list(opened(node, arrived, position).pieces)
        assert Arrival.objects.get().state == "collected"
        assert acts.last_event("transfer.collected").data["complete"] is True


@pytest.mark.parametrize("tenth", range(11))
def test_cut_at_every_tenth_and_gone_on_with(sqlite_town: Town, tenth: int) -> None:
    arrived = acts.deliver(sqlite_town, CONTENTS)
    with sqlite_town.at(acts.RECEIVER) as node:
        got = cut(opened(node, arrived), len(LARGE) * tenth // 10)
        assert collections(sqlite_town) == 0
        # The client keeps what had surely come; pieces on the way may be lost.
        kept = got[: len(LARGE) * tenth // 10]
        row = Handout.objects.first()
        reached = row.reached if row else 0
        assert reached <= len(got)
        kept = kept[:reached]
        rest = b"".join(map(bytes, opened(node, arrived, start=len(kept)).pieces))
        assert kept + rest == LARGE
        assert collections(sqlite_town) == 1
        assert Handout.objects.count() == 0


def test_the_first_part_leaves_evidence_and_further_ones_a_count(town: Town, arrived: str) -> None:
    with town.at(acts.RECEIVER) as node:
        for start, stop in ((0, 100), (100, 200), (5_000, 6_000)):
            part = b"".join(map(bytes, opened(node, arrived, start=start, stop=stop).pieces))
            assert part == LARGE[start:stop]
        row = Handout.objects.get()
        assert (row.reached, row.parts, row.person) == (200, 3, "sato")
        kinds = acts.kinds(node, arrived)
        assert kinds.count("transfer.partly_read") == 1
        assert "transfer.collected" not in kinds
        told = acts.last_event("transfer.partly_read").data
        assert (told["start"], told["end"], told["bytes"]) == (0, 100, len(LARGE))


def test_the_end_alone_is_not_the_whole(town: Town, arrived: str) -> None:
    with town.at(acts.RECEIVER) as node:
        tail = b"".join(map(bytes, opened(node, arrived, start=2 * MIB).pieces))
        assert tail == LARGE[2 * MIB :]
        assert Collection.objects.count() == 0
        list(opened(node, arrived, start=0, stop=2 * MIB).pieces)
        assert Collection.objects.count() == 0
        list(opened(node, arrived, start=2 * MIB).pieces)
        assert Collection.objects.count() == 1


@pytest.mark.parametrize("start", [-1, len(LARGE), len(LARGE) + 1])
def test_bytes_that_are_not_there(town: Town, arrived: str, start: int) -> None:
    with town.at(acts.RECEIVER) as node:
        with pytest.raises(Refused) as error:
            opened(node, arrived, start=start)
        assert error.value.code == "SKS-U020"


def test_nobody_else_and_not_more_often_than_allowed(town: Town) -> None:
    acts.set_route(town, acts.RECEIVER, collect_limit=1)
    arrived = acts.deliver(town, CONTENTS)
    with town.at(acts.RECEIVER) as node:
        with pytest.raises(Refused) as other:
            open_download(node, actor="suzuki", transfer_id=arrived, position=BIG)
        assert other.value.code == "SKS-T040"
        cut(opened(node, arrived), 100)
        list(opened(node, arrived).pieces)
        with pytest.raises(Refused) as again:
            opened(node, arrived)
        assert again.value.code == "SKS-T041"
        with pytest.raises(Refused):
            open_archive(node, actor="sato", transfer_id=arrived)


def test_everything_as_one_archive(town: Town, arrived: str) -> None:
    with town.at(acts.RECEIVER) as node:
        found = open_archive(node, actor="sato", transfer_id=arrived)
        pieces = [bytes(one) for one in found.pieces]
        assert max(map(len, pieces)) < 2 * MIB
        with zipfile.ZipFile(BytesIO(b"".join(pieces))) as archive:
            assert archive.testzip() is None
            assert {one: archive.read(one) for one in archive.namelist()} == CONTENTS
            assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
        assert Arrival.objects.get().state == "collected"
        assert acts.last_event("transfer.collected").data == {"files": 3, "complete": True}


def test_an_archive_that_was_cut_is_noted_and_not_collected(town: Town, arrived: str) -> None:
    with town.at(acts.RECEIVER) as node:
        cut(open_archive(node, actor="sato", transfer_id=arrived), len(LARGE) + 50)
        assert Collection.objects.count() == 0
        told = acts.last_event("transfer.partly_read").data
        assert told["files"] == 3 and told["whole_files"] <= 2
        some = open_archive(node, actor="sato", transfer_id=arrived, positions=frozenset({1, 2}))
        with zipfile.ZipFile(BytesIO(b"".join(map(bytes, some.pieces)))) as archive:
            assert archive.namelist() == ["空.txt", "通知.txt"]
        assert Collection.objects.count() == 2
