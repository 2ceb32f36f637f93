"""Names in any script travel as they are, and are written so that every system can hold them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import Town, draft_for

from sekisho.kernel.errors import SekishoError
from sekisho.node import collecting, submitting
from sekisho.office.transfers.models import ArrivedFile, Transfer

NAMES = [
    "がぎぐ.txt",
    "NFD/か\u3099き\u3099く\u3099.txt",
    "ハ\u309aス\u3099ル.docx",
    "ﾊﾝｶｸ ｶﾅ.txt",
    "①②㈱髙﨑～―∥－.txt",
    "表示・予定・ソート・能.txt",
    "𠮷野家と𩸽.txt",
    "神\ufa19と神社.txt",
    "葛\U000e0100城市.txt",
    "مرحبا بالعالم.txt",
    "שלום עולם.pdf",
    "한글 이름.hwp",
    "简体中文.txt",
    "😀👨‍👩‍👧.txt",
    "Ünïcödé ß.txt",
    "e\u0301t\u00e9.txt",
    " 前後の空白 .txt ",
    "末尾の点.",
    "点だけ...",
    ".hidden",
    "con.txt",
    "aux",
    "a:b*c?.txt",
    "back\\slash.txt",
    'quote".txt',
    "\u202etxt.exe",
    "見え\u200bない.txt",
    "x" * 251 + ".txt",
    "税" * 83 + ".txt",
    "フォルダ/中/深い所/一.txt",
    "フォルダ/中/深い所/二.txt",
    "Notice",
    "NOTICE folder/x",
]
WINDOWS_FORBIDDEN = set('<>:"\\|?*')


def test_every_name_arrives_as_it_was_sent_and_is_collected_byte_for_byte(town: Town) -> None:
    contents = {name: f"{n} {name}".encode() for n, name in enumerate(NAMES)}
    transfer_id = acts.submit(town, contents)
    acts.approve(town, transfer_id)
    acts.carry(town)
    with town.at(RECEIVER) as node:
        assert set(ArrivedFile.objects.values_list("path", flat=True)) == set(NAMES)
        folder = town.folder / "collected"
        folder.mkdir()
        found = collecting.collect(node, actor="sato", transfer_id=transfer_id, folder=folder)
    assert {one.sent_as: one.path.read_bytes() for one in found} == contents
    for one in found:
        for part in one.path.relative_to(folder).parts:
            assert len(part.encode()) <= 255
            assert not WINDOWS_FORBIDDEN & set(part)
            assert not part.endswith((" ", ".")) and not part.startswith(".")
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert len(written) == len(NAMES)
    assert len({str(path).casefold() for path in written}) == len(NAMES)


def test_a_file_and_a_folder_of_one_name_are_both_collected(sqlite_town: Town) -> None:
    """Where case does not count, `notice` and `Notice/x` cannot lie side by side."""
    town = sqlite_town
    contents = {"notice": b"1", "Notice/x": b"2"}
    transfer_id = acts.submit(town, contents)
    acts.approve(town, transfer_id)
    acts.carry(town)
    assert acts.collect(town, transfer_id) == contents


def test_many_files_and_empty_ones(sqlite_town: Town) -> None:
    town = sqlite_town
    contents = {f"多い/{n:03d}.txt": str(n).encode() * (n % 3) for n in range(300)}
    transfer_id = acts.submit(town, contents)
    acts.approve(town, transfer_id)
    acts.carry(town)
    assert acts.collect(town, transfer_id) == contents


def test_files_larger_than_a_block_arrive_whole(sqlite_town: Town) -> None:
    """Some 20 MiB: two blocks and a head in the store, streamed on both sides."""
    town = sqlite_town
    piece = bytes(range(256)) * 4096
    contents = {"大.bin": b"".join(bytes([n]) + piece for n in range(18)), "小.txt": b"x"}
    transfer_id = acts.submit(town, contents)
    acts.approve(town, transfer_id)
    acts.carry(town)
    with town.at(SENDER):
        assert Transfer.objects.get().state == "received"
    assert acts.collect(town, transfer_id) == contents


def test_a_name_that_is_not_utf_8_is_refused(sqlite_town: Town, tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path) + b"/\x83e\x83X\x83g.txt"))
    path.write_bytes(b"Shift_JIS name")
    with sqlite_town.at(SENDER) as node, pytest.raises(SekishoError) as refused:
        submitting.submit(node, actor="sato", draft=draft_for(), paths=[path])
    assert refused.value.code == "SKS-V022"


def test_a_name_with_a_line_break_is_refused(sqlite_town: Town, tmp_path: Path) -> None:
    path = tmp_path / "一行目\n二行目.txt"
    path.write_bytes(b"x")
    with sqlite_town.at(SENDER) as node, pytest.raises(SekishoError) as refused:
        submitting.submit(node, actor="sato", draft=draft_for(), paths=[path])
    assert refused.value.code == "SKS-V022"


def test_a_whole_folder_keeps_its_name_wherever_one_stands(
    sqlite_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "資料"
    folder.mkdir()
    (folder / "一.txt").write_bytes(b"1")
    monkeypatch.chdir(folder)
    for given in (folder, Path("."), Path("..") / "資料"):
        assert [name for name, _ in submitting.gather([given])] == ["資料/一.txt"]
    assert [name for name, _ in submitting.gather([Path("一.txt")])] == ["一.txt"]
