"""Mail: what is kept, what goes, and that other programs read the same in what is written."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.disarm.mail.letters import EXE, attached, files, mail, parsed
from tests.engines.disarm.support import run, stopped, through

from sekisho.disarm import jis
from sekisho.disarm.account import Act
from sekisho.disarm.profile import STANDARD, TEXT, Refusal

NOTICE = replace(STANDARD, refusal=Refusal.NOTICE)
HEAD = b"From: a@example.jp\r\nDate: Wed, 25 Nov 2026 10:00:00 +0900\r\nMIME-Version: 1.0\r\n"
HTML = '<html><body><p>本文 <a href="https://good.example/">ここ</a></p><script>canary()</script></body></html>'


def test_fields_that_people_read_stay_and_those_of_the_delivery_go() -> None:
    out = through(mail().as_bytes(), "x.eml")
    found = parsed(out.content)
    assert str(found["From"]) == "山田 太郎 <yamada@town.lg.jp>"
    assert str(found["Subject"]) == "会議資料の送付について（①回目）"
    assert [box.addr_spec for box in found["To"].addresses] == [
        "sato@example.jp",
        "info@example.jp",
    ]
    assert found["To"].addresses[0].display_name == "佐藤, 次郎"
    assert found["Message-ID"] == "<1@town.lg.jp>"
    assert found["Date"].datetime.isoformat() == "2026-11-25T10:00:00+09:00"
    assert found.get_content() == "本文です。\r\n"
    assert out.rows(Act.REMOVED)["mail-fields"] == 2
    assert b"canary" not in out.content


@pytest.mark.parametrize("text", ["①㈱髙橋～ｶﾅ\r\n", "plain\r\n", "日本語" * 700 + "\r\n"])
def test_a_body_in_jis_stays_in_jis_where_lines_are_short(text: str) -> None:
    encoded = jis.encode(text)
    assert encoded is not None
    raw = HEAD + b"Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\n" + encoded
    found = through(raw, "x.eml").content
    body = found.partition(b"\r\n\r\n")[2]
    assert (body == encoded) is (len(text) < 300)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?iso-2022-jp?B?GyRCOzNFRBsoQg==?=", "山田"),
        (b"=?Shift_JIS?B?" + b"g1yVXI9c" + b"?=", "ソ表十"),
        (b"=?utf-8?Q?=E5=B1=B1?=\r\n =?utf-8?Q?=E7=94=B0?=", "山田"),
        (b"=?utf-8?B?5bE=?= =?utf-8?B?seeUsA==?=", "山田"),
        ("山田".encode("cp932"), "山田"),
        (b"Re: =?utf-8?B?5bGx?= and =?utf-8?Q?=0D=0ABcc:_canary?=", "Re: 山 and Bcc: canary"),
    ],
)
def test_subjects_of_every_encoding_are_read(raw: bytes, text: str) -> None:
    out = through(b"Subject: " + raw + b"\r\n" + HEAD + b"\r\nx\r\n", "x.eml")
    assert str(parsed(out.content)["Subject"]) == text
    assert parsed(out.content)["Bcc"] is None


def test_files_come_out_disarmed_under_their_names() -> None:
    message = attached(attached(mail(), "ソ表十.txt", "表\r\n".encode()), "a.txt", b"a\r\n")
    out = through(message.as_bytes(), "x.eml")
    assert files(out.content) == {"ソ表十.txt": "表\r\n".encode(), "a.txt": b"a\r\n"}


def test_a_refused_file_stops_the_mail_or_leaves_a_notice() -> None:
    raw = attached(mail(), "../悪い.exe", EXE).as_bytes()
    assert stopped(raw, "x.eml", "SKS-D001").entry("member").where == "悪い.exe"
    out = through(raw, "x.eml", NOTICE)
    assert list(files(out.content)) == ["悪い.exe.無害化できませんでした.txt"]
    assert b"canary" not in b"".join(files(out.content).values())


def test_html_is_rebuilt_beside_the_text() -> None:
    out = through(mail(html=HTML).as_bytes(), "x.eml")
    found = parsed(out.content)
    html = found.get_body(("html",))
    plain = found.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert "canary" not in html.get_content()
    assert "本文" in html.get_content()
    assert plain.get_content() == "本文です。\r\n"


def test_with_the_form_text_only_words_stay() -> None:
    out = through(mail(html=HTML).as_bytes(), "x.eml", TEXT)
    assert parsed(out.content).get_content_type() == "text/plain"
    alone = EmailMessage()
    alone["From"], alone["Date"] = "a@example.jp", "Wed, 25 Nov 2026 10:00:00 +0900"
    alone.set_content(HTML, subtype="html")
    found = through(alone.as_bytes(), "x.eml", TEXT)
    assert parsed(found.content).get_content() == "本文 ここ <https://good.example/>\r\n"
    assert found.rows(Act.REPLACED)["mail-html"] == 1


def test_a_mail_in_a_mail_is_rebuilt_too() -> None:
    outer = mail()
    outer.add_attachment(attached(mail(), "a.txt", b"in\r\n"))
    out = through(outer.as_bytes(), "x.eml")
    inner = next(iter(parsed(out.content).iter_attachments())).get_payload(0)
    assert inner["X-Mailer"] is None
    assert next(inner.iter_attachments()).get_payload(decode=True) == b"in\r\n"
    assert b"canary" not in out.content


def test_mails_in_mails_without_end_stop() -> None:
    message = mail()
    for _ in range(8):
        outer = mail()
        outer.add_attachment(message)
        message = outer
    stopped(message.as_bytes(), "x.eml", "SKS-D013")


@pytest.mark.parametrize(
    ("fields", "thing"),
    [
        (b'From: "mayor@town.lg.jp" <x@canary.example>\r\n', "mail-name-deceives"),
        (b"From: a@town.lg.jp\r\nReply-To: a@canary.example\r\n", "mail-reply-elsewhere"),
    ],
)
def test_senders_who_pretend_are_found(fields: bytes, thing: str) -> None:
    out = through(fields + b"Date: Wed, 25 Nov 2026 10:00:00 +0900\r\n\r\nx\r\n", "x.eml")
    assert out.rows(Act.FOUND)[thing] == 1


def test_a_link_that_shows_another_site_is_found() -> None:
    html = '<p><a href="https://canary.example/login">https://www.town.lg.jp/</a></p>'
    out = through(mail(html=html).as_bytes(), "x.eml")
    assert out.entry("mail-link-deceives").samples == ("www.town.lg.jp → canary.example",)


def test_a_signature_is_dropped_and_said() -> None:
    signed = (
        HEAD
        + b'Content-Type: multipart/signed; boundary=b; protocol="application/pkcs7-signature"'
        + b"\r\n\r\n"
        + b"--b\r\nContent-Type: text/plain\r\n\r\ntext\r\n"
        + b"--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
        + b"Content-Transfer-Encoding: base64\r\n\r\nY2FuYXJ5\r\n--b--\r\n"
    )
    out = through(signed, "x.eml")
    assert out.rows(Act.REMOVED)["mail-signature"] == 1
    assert parsed(out.content).get_content() == "text"
    assert b"Y2FuYXJ5" not in out.content


@pytest.mark.parametrize(
    ("field", "body", "code"),
    [
        (b"multipart/encrypted; boundary=b", b"--b\r\n\r\n--b--", "SKS-D604"),
        (b"application/pkcs7-mime; smime-type=enveloped-data", b"", "SKS-D604"),
        (b"application/pkcs7-mime; smime-type=signed-data", b"", "SKS-D605"),
        (b"text/plain", b"-----BEGIN PGP MESSAGE-----\r\n", "SKS-D604"),
        (b"application/ms-tnef; name=winmail.dat", b"", "SKS-D606"),
        (b"message/partial; number=1", b"", "SKS-D607"),
        (b"multipart/mixed", b"", "SKS-D601"),
        (b"multipart/mixed; boundary=b", b"nothing", "SKS-D601"),
    ],
)
def test_what_cannot_be_looked_into_stops(field: bytes, body: bytes, code: str) -> None:
    stopped(HEAD + b"Content-Type: " + field + b"\r\n\r\n" + body, "x.eml", code)


def test_an_unknown_transfer_encoding_stops() -> None:
    stopped(HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin", "x.eml", "SKS-D602")


def test_what_is_fetched_from_elsewhere_is_dropped() -> None:
    part = b"Content-Type: message/external-body; access-type=URL; URL=canary\r\n\r\n\r\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n" + part
    out = through(raw + b"--b--\r\n", "x.eml")
    assert out.rows(Act.REMOVED)["mail-external-body"] == 1
    assert b"canary" not in out.content


def test_bombs_of_parts_and_of_depth_stop() -> None:
    many = b"--b\r\n\r\n" * 30_000
    stopped(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + many, "x.eml", "SKS-D011")
    deep = HEAD
    for level in range(400):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    stopped(deep, "x.eml", "SKS-D601")
    stopped(HEAD + b"X-A: " + b"a" * (1 << 20), "x.eml", "SKS-D601")
    stopped(HEAD + b"To: " + b"a@b.c," * 6_000 + b"\r\n\r\nx", "x.eml", "SKS-D603")


_SAMPLE = attached(mail(html=HTML), "表.txt", b"a\r\n").as_bytes()


@given(st.data())
def test_damage_gives_a_code_or_a_mail(data: st.DataObject) -> None:
    changed = bytearray(_SAMPLE)
    for _ in range(4):
        changed[data.draw(st.integers(0, len(_SAMPLE) - 1))] = data.draw(st.integers(0, 255))
    first = run(bytes(changed), "x.eml")
    if not first.code:
        again = run(first.content, first.said.name)
        assert (again.code, again.content) == ("", first.content)


@given(st.text(max_size=60), st.text(max_size=40), st.text(max_size=200))
def test_any_text_in_any_field_is_a_fixed_point(subject: str, name: str, body: str) -> None:
    raw = b"Subject: " + subject.encode("utf-8", "replace").replace(b"\n", b"").replace(b"\r", b"")
    raw += b"\r\nTo: " + name.encode("utf-8", "replace").replace(b"\n", b"").replace(b"\r", b"")
    raw += b" <b@example.jp>\r\n" + HEAD
    raw += b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body.encode("utf-8", "replace")
    first = run(raw, "x.eml")
    if not first.code:
        assert run(first.content, "x.eml").content == first.content
