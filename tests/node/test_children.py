"""The node's real disarmer: sandboxed children, started when they are first needed."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.commands import Commands, found
from tests.support.town import Town

from sekisho.disarm.profile import STANDARD
from sekisho.disarm.report import Outcome
from sekisho.disarm.sandbox.lockdown import Level, sandbox
from sekisho.kernel.errors import Refused, Unavailable
from sekisho.node.children import Children, look_at_disarming, start_disarmer
from sekisho.node.disarming import Disarmer, side_by_side
from sekisho.node.held import Held, hold
from sekisho.node.reports import reports_of
from sekisho.node.settings import DisarmSettings
from sekisho.office.transfers.models import Arrival, ArrivedFile

MARK = b"kiken.example"
TEXT = "一行目\n二行目\n".encode()


@pytest.fixture(scope="module")
def children() -> Iterator[Disarmer]:
    """One pool for all tests of this module."""
    made = start_disarmer(DisarmSettings(minimum="none"))
    yield made
    made.close()


def test_a_file_goes_in_and_comes_out_by_descriptor(children: Disarmer) -> None:
    with hold([TEXT], 100) as held:
        done = children.disarm(held, "a.txt", STANDARD)
        again = children.disarm(held, "a.txt", STANDARD)
    assert done.report.outcome is Outcome.SAME
    assert done.content is not None and again.content is not None
    with done.content as content, again.content:
        assert b"".join(map(bytes, content.pieces())) == TEXT
        assert (content.bytes, content.sha256) == (len(TEXT), done.report.came_in.sha256)


def test_what_is_stopped_has_no_content(children: Disarmer) -> None:
    with hold([b"MZ\x90\x00" + bytes(400)], 1_000) as held:
        done = children.disarm(held, "a.txt", STANDARD)
    assert (done.content, done.report.code) == (None, "SKS-D001")


def test_no_descriptor_stays_open(children: Disarmer) -> None:
    before = len(os.listdir("/proc/self/fd"))

    def work(content: bytes) -> Held:
        with hold([content], 100) as held:
            done = children.disarm(held, "a.txt", STANDARD)
        assert done.content is not None
        return done.content

    for one in side_by_side(work, [TEXT] * 5, at_once=2):
        one.close()
    results = side_by_side(work, [TEXT] * 5, at_once=2)
    next(results).close()
    results.close()  # type: ignore[attr-defined]
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_a_lockdown_that_is_too_weak_is_this_nodes_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused by the pool; but a parcel is not to blame for it, and is tried again."""

    class Weak:
        def disarm(self, *_: object) -> None:
            raise Refused("SKS-D031", level="none", needed="full")

        state = disarm

    weak = Children(Weak())  # type: ignore[arg-type]
    with hold([TEXT], 100) as held, pytest.raises(Unavailable) as reason:
        weak.disarm(held, "a.txt", STANDARD)
    assert reason.value.code == "SKS-D031"
    with pytest.raises(Unavailable):
        weak.state()


def test_the_doctor_asks_a_child(children: Disarmer) -> None:
    state = look_at_disarming(DisarmSettings(children=1, minimum="none"))
    assert state.sandbox == sandbox(state.sandbox.parts)
    assert state.sandbox.level in {one.value for one in Level}
    assert {"text", "empty"} <= set(state.hello.kinds)


def picture() -> bytes:
    """A red square that says where it was taken."""
    found = PngInfo()
    found.add_text("Location", MARK.decode())
    out = io.BytesIO()
    Image.new("RGB", (4, 4), (255, 0, 0)).save(out, "PNG", pnginfo=found)
    return out.getvalue()


@pytest.mark.parametrize("size", [1, 40_000], ids=["small", "large"])
def test_text_crosses_through_real_children(
    sqlite_town: Town, children: Disarmer, size: int
) -> None:
    town = sqlite_town
    acts.set_routes(town, disarm={"*": "standard"})
    for name in (SENDER, RECEIVER):
        town.nodes[name] = replace(town.nodes[name], given_disarmer=children)
    contents = {
        "通知.txt": TEXT * size,
        "メモ.pdf": b"memo\r\n",
        "空.txt": b"",
        "印.png": picture(),
    }
    transfer_id = acts.deliver(town, contents)
    with town.at(RECEIVER) as node:
        outcomes = {one.path: one.outcome for one in ArrivedFile.objects.all()}
        told = reports_of(node, Arrival.objects.get())
    assert outcomes == dict.fromkeys(("通知.txt", "メモ.txt", "空.txt", "印.png"), "same")
    assert {one.own.outcome for one in told if one.own} == {Outcome.SAME}
    collected = acts.collect(town, transfer_id)
    assert collected["メモ.txt"] == b"memo\r\n"
    assert MARK not in collected["印.png"]
    with Image.open(io.BytesIO(collected["印.png"])) as seen:
        assert seen.getpixel((1, 1)) == (255, 0, 0)


def test_a_node_starts_its_children_at_first_use_and_ends_them(sqlite_town: Town) -> None:
    with sqlite_town.at(SENDER) as node:
        assert "disarmer" not in vars(node)
        node.close()
        first = node.disarmer
        assert node.disarmer is first
        node.close()
        assert "disarmer" not in vars(node)
    given = replace(node, given_disarmer=first)
    assert given.disarmer is first
    given.close()
    assert given.disarmer is first


def test_commands_disarm_by_the_settings(tmp_path: Path) -> None:
    town: Commands = found(tmp_path)
    ends = ["--from", "internet", "--to", "lgwan", "--as", "admin"]
    town.at("internet", "route", "change", *ends, "--disarm", "*=standard")
    file = tmp_path / "通知.txt"
    file.write_bytes(TEXT)
    words = ("--to", "lgwan", "--for", "sato", "--purpose", "通知", "--label", "機密性2")
    made = town.value("internet", "send", file, *words, "--as", "sato")
    assert made["files"][0]["disarmed"] == "same"
    (check,) = [
        one for one in town.value("internet", "doctor")["checks"] if one["check"] == "disarm"
    ]
    assert check["level"] in ("ok", "care")
    assert check["figures"][1] == "2"


def test_an_approver_looks_at_first_pages_without_opening_the_file(tmp_path: Path) -> None:
    town: Commands = found(tmp_path)
    ends = ["--from", "internet", "--to", "lgwan", "--as", "admin"]
    for name in ("internet", "lgwan"):
        town.at(name, "route", "change", *ends, "--disarm", "*=standard")
    file, note = tmp_path / "印.png", tmp_path / "通知.txt"
    file.write_bytes(picture())
    note.write_bytes(TEXT)
    words = ("--to", "lgwan", "--for", "sato", "--purpose", "通知", "--label", "機密性2")
    wanted = town.value("internet", "send", file, note, *words, "--as", "sato")["transfer"]
    look = ("preview", wanted, "-o", tmp_path / "pages", "--as", "suzuki")
    (drawn,) = town.value("internet", *look)["pictures"]
    with Image.open(drawn) as seen:
        assert seen.getpixel((1, 1)) == (255, 0, 0)
    assert town.fails("internet", *look, "--number", "2")["code"] == "SKS-D210"
    assert town.fails("internet", *look, "--number", "3")["code"] == "SKS-T094"
    assert town.fails("internet", *look[:-1], "admin")["code"] == "SKS-T093"
