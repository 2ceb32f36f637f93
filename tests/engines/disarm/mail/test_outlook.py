"""Messages of Outlook become common mail. The samples are read by two other programs first."""

from __future__ import annotations

import io

import olefile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oxmsg import Message
from tests.engines.disarm.mail.letters import (
    EXE,
    compound,
    files,
    outlook,
    parsed,
)
from tests.engines.disarm.support import run, stopped, through

from sekisho.disarm.account import Act


def test_the_samples_are_what_others_take_for_outlook() -> None:
    content = compound(outlook(files={"表.txt": b"a\r\n", "大.txt": b"b\r\n" * 3_000}))
    assert olefile.isOleFile(data=content)
    message = Message.load(io.BytesIO(content))
    assert (message.subject, message.body) == ("会議資料①", "本文です。\r\n")
    assert [(one.file_name, len(one.file_bytes or b"")) for one in message.attachments] == [
        ("表.txt", 3),
        ("大.txt", 9_000),
    ]


def test_a_message_becomes_a_mail() -> None:
    out = through(
        compound(outlook(files={"表.txt": b"a\r\n", "大.txt": b"b\r\n" * 3_000})), "件.msg"
    )
    assert out.said.name == "件.eml"
    found = parsed(out.content)
    assert str(found["Subject"]) == "会議資料①"
    assert str(found["From"]) == "山田 太郎 <yamada@town.lg.jp>"
    assert found["To"].addresses[0].display_name == "佐藤, 次郎"
    assert found["Message-ID"] == "<1@town.lg.jp>"
    assert found["Date"].datetime.year == 2025
    body = found.get_body(("plain",))
    assert body is not None
    assert body.get_content() == "本文です。\r\n"
    assert files(out.content) == {"表.txt": b"a\r\n", "大.txt": b"b\r\n" * 3_000}
    assert out.rows(Act.CHANGED)["mail-outlook"] == 1


def test_html_and_a_message_in_the_message() -> None:
    html = "<p>本文</p><script>canary</script>".encode()
    inner = outlook(header_bytes=24, files={"in.txt": b"in\r\n"})
    out = through(compound(outlook(html=html, embedded=inner)), "x.msg")
    assert b"canary" not in out.content
    attached = next(iter(parsed(out.content).iter_attachments()))
    assert attached.get_filename() == "転送.eml"
    assert next(attached.get_payload(0).iter_attachments()).get_payload(decode=True) == b"in\r\n"


def test_a_program_in_a_message_stops_it() -> None:
    stopped(compound(outlook(files={"a.exe": EXE})), "x.msg", "SKS-D001")


def test_a_message_of_rich_text_alone_stops_with_advice() -> None:
    stopped(compound(outlook(text="", rtf=b"canary")), "x.msg", "SKS-D609")


def test_sectors_that_belong_to_two_streams_stop() -> None:
    content = bytearray(compound(outlook(files={"a.txt": b"a" * 5_000, "b.txt": b"b" * 5_000})))
    names = "__substg1.0_37010102".encode("utf-16-le")
    first = content.index(names)
    second = content.index(names, first + 1)
    content[second + 116 : second + 120] = content[first + 116 : first + 120]
    stopped(bytes(content), "x.msg", "SKS-D523")


@pytest.mark.parametrize("at", [30, 48, 56, 60, 76])
def test_broken_headers_stop(at: int) -> None:
    content = bytearray(compound(outlook()))
    content[at : at + 4] = b"\x77\x77\x77\x07"
    assert run(bytes(content), "x.msg").code != ""


_SAMPLE = compound(outlook(html=b"<p>x</p>", files={"a.txt": b"a\r\n" * 2_000}))


@given(st.data())
def test_damage_gives_a_code_or_a_mail(data: st.DataObject) -> None:
    changed = bytearray(_SAMPLE)
    for _ in range(4):
        changed[data.draw(st.integers(8, len(_SAMPLE) - 1))] = data.draw(st.integers(0, 255))
    run(bytes(changed), "x.msg")
