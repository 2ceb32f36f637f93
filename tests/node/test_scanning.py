"""Scanners see files as they came; their word stops a file, and silence never counts as clean."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.office.transfers.test_exceptions import grant
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.disarming import Scripted
from tests.support.town import Town

from sekisho.disarm.inspect.clamav import Clamd
from sekisho.disarm.profile import STANDARD
from sekisho.disarm.report import Outcome
from sekisho.disarm.work import Stopped
from sekisho.kernel.errors import SekishoError
from sekisho.node.children import Children, start_disarmer
from sekisho.node.held import hold
from sekisho.node.scanning import Scanner, clamd_of, scanner
from sekisho.node.settings import DisarmSettings
from sekisho.office.transfers.models import Transfer

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
RULE = 'rule memo { strings: $a = "himitsu" condition: $a }'


@contextmanager
def clamd(folder: Path) -> Iterator[str]:
    """Something that answers as clamd does: EICAR is found, everything else is clean."""
    path = folder / "clamd.sock"
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen()

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line, line.makefile("rb") as reader:
                if reader.read(10) != b"zINSTREAM\0":
                    continue
                content = b""
                while size := struct.unpack(">L", reader.read(4))[0]:
                    content += reader.read(size)
                word = b"stream: Eicar-Signature FOUND" if EICAR in content else b"stream: OK"
                line.sendall(word + b"\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield str(path)
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def test_what_is_clean_is_not_mentioned_and_malware_stops(tmp_path: Path) -> None:
    with clamd(tmp_path) as path:
        asked = scanner(DisarmSettings(clamd=path))
        with hold([b"memo"], 100) as held:
            assert asked.look(held) == ()
        with hold([EICAR], 100) as held, pytest.raises(Stopped) as reason:
            asked.look(held)
    assert (reason.value.code, reason.value.params["name"]) == ("SKS-D800", "Eicar-Signature")


def test_silence_is_told_and_never_clean(tmp_path: Path) -> None:
    asked = scanner(DisarmSettings(clamd=str(tmp_path / "nobody")))
    with hold([EICAR], 100) as held:
        (entry,) = asked.look(held)
    assert entry.what == "not-scanned-unreachable"


def test_without_settings_nobody_is_asked() -> None:
    with hold([EICAR], 100) as held:
        assert scanner(DisarmSettings()).look(held) == ()


def test_rules_of_the_house_inform(tmp_path: Path) -> None:
    (tmp_path / "own.yar").write_text(RULE)
    asked = scanner(DisarmSettings(yara_rules=tmp_path))
    with hold([b"himitsu"], 100) as held:
        (entry,) = asked.look(held)
    assert entry.what.startswith("yara-")


@pytest.mark.parametrize("bad", ["rule x {", "\udcff"])
def test_a_rule_that_cannot_be_read_is_an_error(tmp_path: Path, bad: str) -> None:
    (tmp_path / "own.yar").write_bytes(bad.encode(errors="surrogateescape"))
    with pytest.raises(SekishoError) as reason:
        scanner(DisarmSettings(yara_rules=tmp_path))
    assert reason.value.code == "SKS-D810"
    with pytest.raises(SekishoError) as reason:
        scanner(DisarmSettings(yara_rules=tmp_path / "none"))
    assert reason.value.code == "SKS-C013"


def test_clamd_is_named_by_its_socket_or_by_host_and_port() -> None:
    assert clamd_of("") == Clamd()
    assert clamd_of("/run/clamd.ctl") == Clamd(path="/run/clamd.ctl")
    assert clamd_of("av.local:3310") == Clamd(host="av.local", port=3310)
    for wrong in ("av.local", "av.local:", ":3310", "x:y"):
        with pytest.raises(SekishoError) as reason:
            clamd_of(wrong)
        assert reason.value.code == "SKS-C005"


def test_no_child_sees_an_infected_file(tmp_path: Path) -> None:
    class Nobody:
        def disarm(self, *_: object) -> None:
            raise AssertionError("a child was asked")

    with clamd(tmp_path) as path, hold([EICAR], 100) as held:
        children = Children(Nobody(), Scanner(clamd_of(path)))  # type: ignore[arg-type]
        done = children.disarm(held, "a.txt", STANDARD)
    assert (done.content, done.report.code) == (None, "SKS-D800")
    assert done.report.outcome is Outcome.STOPPED
    assert done.report.came_in.sha256 == held.sha256


def test_what_scanners_say_stands_in_the_report(tmp_path: Path) -> None:
    made = start_disarmer(DisarmSettings(minimum="none", clamd=str(tmp_path / "nobody")))
    try:
        with hold([b"memo\n"], 100) as held:
            done = made.disarm(held, "a.txt", STANDARD)
    finally:
        made.close()
    assert done.content is not None
    done.content.close()
    assert [row.what for row in done.report.entries] == ["not-scanned-unreachable"]


def scripted(town: Town) -> None:
    acts.set_routes(town, disarm={"*": "standard"})
    for name in (SENDER, RECEIVER):
        town.nodes[name] = replace(town.nodes[name], given_disarmer=Scripted())


def test_an_exception_does_not_save_a_file_from_the_scanner(sqlite_town: Town) -> None:
    scripted(sqlite_town)
    grant(sqlite_town, SENDER)
    with pytest.raises(SekishoError) as reason:
        acts.submit(sqlite_town, {"a.txt": EICAR})
    assert reason.value.code == "SKS-T080"
    acts.submit(sqlite_town, {"b.txt": b"memo"})
    with sqlite_town.at(SENDER):
        (row,) = Transfer.objects.get().files.all()
    assert (row.outcome, row.found) == ("excepted", 1)


def test_the_receiver_scans_what_passes_by_exception(sqlite_town: Town) -> None:
    scripted(sqlite_town)
    for name in (SENDER, RECEIVER):
        grant(sqlite_town, name)

    class Blind(Scripted):
        def look(self, content: object) -> tuple[()]:
            return ()

    blind = Blind()
    sqlite_town.nodes[SENDER] = replace(sqlite_town.nodes[SENDER], given_disarmer=blind)
    acts.approve(sqlite_town, acts.submit(sqlite_town, {"a.txt": EICAR}))
    sqlite_town.run(SENDER)
    (done,) = sqlite_town.run(RECEIVER)
    assert [one.code for one in done.refused] == ["SKS-T082"]


def released(town: Town, where: str, hours: int = 12) -> str:
    """An approved transfer on a route that asks for a second scan."""
    acts.set_route(town, SENDER, rescan_hours=hours)
    node = town.nodes[SENDER]
    disarm = replace(node.settings.disarm, clamd=where)
    town.nodes[SENDER] = replace(node, settings=replace(node.settings, disarm=disarm))
    transfer_id = acts.submit(town, {"a.txt": b"memo" + (EICAR if hours == 1 else b"")})
    assert acts.approve(town, transfer_id) == "ready"
    return transfer_id


def test_a_second_scan_comes_after_its_time_and_lets_what_is_clean_leave(
    sqlite_town: Town, tmp_path: Path
) -> None:
    with clamd(tmp_path) as path:
        transfer_id = released(sqlite_town, path)
        sqlite_town.run(SENDER)
        assert acts.state(sqlite_town, transfer_id) == "ready"
        sqlite_town.clock.advance(timedelta(hours=12))
        sqlite_town.run(SENDER)
    assert acts.state(sqlite_town, transfer_id) == "sent"
    with sqlite_town.at(SENDER):
        assert acts.last_event("transfer.rescanned").data == {"outcome": "clean", "code": ""}


def test_what_is_infected_by_then_never_leaves(sqlite_town: Town, tmp_path: Path) -> None:
    with clamd(tmp_path) as path:
        transfer_id = released(sqlite_town, path, hours=1)
        sqlite_town.clock.advance(timedelta(hours=1))
        sqlite_town.run(SENDER)
    with sqlite_town.at(SENDER) as node:
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.code) == ("rejected", "SKS-D800")
        kinds = acts.kinds(node, transfer_id)
    assert kinds[-4:-2] == ["transfer.rescanned", "transfer.rejected"]


def test_while_nobody_answers_it_waits_and_says_so(sqlite_town: Town, tmp_path: Path) -> None:
    transfer_id = released(sqlite_town, str(tmp_path / "clamd.sock"))
    sqlite_town.clock.advance(timedelta(hours=12))
    (done,) = sqlite_town.run(SENDER)
    assert [one.code for one in done.troubles] == ["SKS-D801"]
    with sqlite_town.at(SENDER):
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.code) == ("ready", "SKS-D801")
    with clamd(tmp_path):
        sqlite_town.run(SENDER)
    assert acts.state(sqlite_town, transfer_id) == "sent"
