"""Mail through a real server: what it says, to whom, and what happens when it does not work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.faults import desk
from tests.support.mailserver import PASSWORD, USER, Mails, mail_server, make_certificate
from tests.support.town import Town

from sekisho.node import noticing, upkeep
from sekisho.node.opening import Node
from sekisho.node.settings import MailSettings
from sekisho.office.accounts.models import Person
from sekisho.office.notices.actions import mailing
from sekisho.office.notices.actions.alerting import mark_read
from sekisho.office.notices.models import Alert, Mailing
from sekisho.office.transfers.actions import deciding

SENDER = "sekisho@town.lg.jp"


@pytest.fixture
def mails() -> Iterator[Mails]:
    with mail_server() as server:
        yield server


def _settings(port: int, **changes: object) -> MailSettings:
    usual = MailSettings("127.0.0.1", port, "none", sender=SENDER, link="https://sekisho.lan/")
    return replace(usual, **changes)  # type: ignore[arg-type]


def _with_mail(town: Town, settings: MailSettings, name: str = "internet") -> Node:
    node = town.nodes[name]
    town.nodes[name] = replace(node, settings=replace(node.settings, mail=settings))
    with town.at(name):
        Person.objects.filter(login="suzuki").update(email="suzuki@town.lg.jp")
        Person.objects.filter(login="sato").update(email="sato@town.lg.jp", language="en")
    return town.nodes[name]


def _notify(node: Node) -> list[str]:
    with node.at_work():
        upkeep.settle_evidence(node)
        return [one.code for one in noticing.notify(node)]


def test_who_has_to_decide_gets_a_mail_without_any_content(town: Town, mails: Mails) -> None:
    node = _with_mail(town, _settings(mails.port))
    transfer_id = desk.hand_in(town, name="滞納者の一覧.txt")
    assert _notify(node) == []
    ((to, message),) = mails.got
    assert to == ["suzuki@town.lg.jp"]
    assert (message["From"], message["Auto-Submitted"]) == (SENDER, "auto-generated")
    text = f"{message['Subject']}\n{mails.text()}"
    for told in ("承認を待つ受け渡し 1 件", transfer_id, "https://sekisho.lan/"):
        assert told in text
    for secret in ("滞納者", "固定資産税", "佐藤", "sato", "機密性"):
        assert secret not in text
    assert _notify(node) == []
    assert len(mails.got) == 1


def test_the_sender_is_told_in_english_when_wanted(sqlite_town: Town, mails: Mails) -> None:
    node = _with_mail(sqlite_town, _settings(mails.port))
    transfer_id = desk.hand_in(sqlite_town)
    _notify(node)
    with node.at_work():
        deciding.send_back(node.desk, actor="suzuki", transfer_id=transfer_id, reason="宛先")
    _notify(node)
    to, message = mails.got[-1]
    assert to == ["sato@town.lg.jp"]
    assert "1 of your transfers that were sent back" in mails.text()
    assert message["Subject"] == "Sekisho: 1 to look at"


def test_an_addressee_is_told_of_what_arrived(sqlite_town: Town, mails: Mails) -> None:
    transfer_id = desk.release(sqlite_town)
    sqlite_town.run("internet")
    node = _with_mail(sqlite_town, _settings(mails.port), "lgwan")
    (done,) = sqlite_town.run("lgwan")
    assert not desk.codes([done]) & {"SKS-M001", "SKS-M002"}
    ((to, _),) = mails.got
    assert to == ["sato@town.lg.jp"]
    assert transfer_id in mails.text()
    assert node.name == "lgwan"


def test_what_is_settled_or_seen_meanwhile_is_not_mailed(sqlite_town: Town, mails: Mails) -> None:
    node = _with_mail(sqlite_town, _settings(mails.port))
    with node.at_work():
        Person.objects.update(email="")
    decided, seen = desk.hand_in(sqlite_town, name="a.txt"), desk.hand_in(sqlite_town, name="b.txt")
    with node.at_work():
        upkeep.settle_evidence(node)
        noticing.follow_ledger(node.desk)
        Person.objects.filter(login="suzuki").update(email="suzuki@town.lg.jp")
        deciding.approve(node.desk, actor="takahashi", transfer_id=decided)
        alerts = list(Alert.objects.filter(person="suzuki", subject=seen))
        assert mark_read(node.desk, actor="suzuki", alert_ids=[one.pk for one in alerts]) == 1
    _notify(node)
    assert mails.got == []


def test_one_mail_a_day_for_who_wants_it_so(sqlite_town: Town, mails: Mails) -> None:
    node = _with_mail(sqlite_town, _settings(mails.port))
    with node.at_work():
        mailing.set_wish(node.desk, actor="suzuki", mode="daily")
    desk.hand_in(sqlite_town, name="0.txt")
    _notify(node)
    assert len(mails.got) == 1
    for number in (1, 2):
        desk.hand_in(sqlite_town, name=f"{number}.txt")
        sqlite_town.clock.advance(timedelta(hours=1))
        _notify(node)
    assert len(mails.got) == 1
    sqlite_town.clock.advance(timedelta(hours=24))
    _notify(node)
    assert len(mails.got) == 2
    assert "承認を待つ受け渡し 2 件" in mails.text()


def test_who_wants_none_gets_none(sqlite_town: Town, mails: Mails) -> None:
    node = _with_mail(sqlite_town, _settings(mails.port))
    with node.at_work():
        mailing.set_wish(node.desk, actor="suzuki", mode="off")
    desk.hand_in(sqlite_town)
    _notify(node)
    assert mails.got == []
    with node.at_work():
        assert Alert.objects.filter(person="suzuki", read=None).exists()


def test_a_server_that_is_away_is_asked_again_and_each_mail_comes_once(sqlite_town: Town) -> None:
    with mail_server() as gone:
        port = gone.port
    node = _with_mail(sqlite_town, _settings(port))
    desk.hand_in(sqlite_town)
    assert _notify(node) == ["SKS-M001"]
    assert _notify(node) == []
    with mail_server() as back:
        node = _with_mail(sqlite_town, _settings(back.port))
        sqlite_town.clock.advance(timedelta(minutes=11))
        assert _notify(node) == []
        assert len(back.got) == 1


@pytest.mark.parametrize(("reply", "state"), [("550 no", "refused"), ("450 later", "waiting")])
def test_a_refused_recipient_keeps_nobody_else_from_mail(
    sqlite_town: Town, mails: Mails, reply: str, state: str
) -> None:
    node = _with_mail(sqlite_town, _settings(mails.port))
    with node.at_work():
        Person.objects.filter(login="takahashi").update(email="takahashi@town.lg.jp")
    mails.refuses["suzuki@town.lg.jp"] = reply
    desk.hand_in(sqlite_town)
    assert _notify(node) == ["SKS-M004"]
    assert [to for to, _ in mails.got] == [["takahashi@town.lg.jp"]]
    with node.at_work():
        row = Mailing.objects.get(person="suzuki")
        assert (row.state, row.code) == (state, "SKS-M004")


@pytest.mark.parametrize(
    "address",
    [
        "a@b.jp\r\nBcc: evil@example.jp",
        "a@b.jp\nX: y",
        "a@b.jp, evil@example.jp",
        "<a@b.jp>",
        "a b@c.jp",
        '"a"@b.jp',
        "a@b.jp>",
        "nobody",
        "佐藤@town.jp",
    ],
)
def test_no_address_becomes_a_header_or_a_second_recipient(
    sqlite_town: Town, mails: Mails, address: str
) -> None:
    node = _with_mail(sqlite_town, _settings(mails.port))
    with node.at_work():
        Person.objects.filter(login="suzuki").update(email=address)
    desk.hand_in(sqlite_town)
    assert _notify(node) == ["SKS-M003"]
    assert mails.got == []


def test_a_title_of_the_node_stays_in_the_body(sqlite_town: Town, mails: Mails) -> None:
    node = _with_mail(sqlite_town, _settings(mails.port))
    node = replace(node, settings=replace(node.settings, title="町\r\nBcc: evil@example.jp"))
    sqlite_town.nodes["internet"] = node
    desk.hand_in(sqlite_town)
    assert _notify(node) == []
    ((to, message),) = mails.got
    assert (to, message["Bcc"]) == (["suzuki@town.lg.jp"], None)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_secured_session_with_sign_in(sqlite_town: Town, tmp_path: Path, security: str) -> None:
    certificate = make_certificate(tmp_path / "mail.pem")
    with mail_server(security, certificate) as server:
        known = {"security": security, "ca_file": certificate, "user": USER, "password": PASSWORD}
        node = _with_mail(sqlite_town, _settings(server.port, **known))
        desk.hand_in(sqlite_town)
        assert _notify(node) == []
        assert len(server.got) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_certificate_or_a_wrong_password_sends_nothing(
    sqlite_town: Town, tmp_path: Path, security: str
) -> None:
    certificate = make_certificate(tmp_path / "mail.pem")
    other = make_certificate(tmp_path / "other.pem")
    with mail_server(security, certificate) as server:
        for known in (
            {"ca_file": other, "user": USER, "password": PASSWORD},
            {"ca_file": certificate, "user": USER, "password": "wrong"},
            {"ca_file": certificate, "user": USER, "password": "合言葉"},
            {"ca_file": certificate, "user": USER, "password": PASSWORD, "host": "localhost"},
        ):
            sqlite_town.clock.advance(timedelta(minutes=11))
            settings = _settings(server.port, security=security, **known)
            node = _with_mail(sqlite_town, settings)
            desk.hand_in(sqlite_town, name=f"{len(known)}{known['password']}.txt")
            assert _notify(node) == ["SKS-M002"]
        assert server.got == []


@pytest.mark.parametrize(("reply", "state"), [("554 no", "refused"), ("451 later", "waiting")])
def test_a_mail_that_is_not_taken_keeps_nobody_else_from_theirs(
    sqlite_town: Town, mails: Mails, reply: str, state: str
) -> None:
    node = _with_mail(sqlite_town, _settings(mails.port))
    with node.at_work():
        Person.objects.filter(login="takahashi").update(email="takahashi@town.lg.jp")
    mails.refuses_content["suzuki@town.lg.jp"] = reply
    desk.hand_in(sqlite_town)
    assert _notify(node) == ["SKS-M004"]
    assert [to for to, _ in mails.got] == [["takahashi@town.lg.jp"]]
    with node.at_work():
        assert Mailing.objects.get(person="suzuki").state == state


def test_without_a_server_nothing_is_tried(sqlite_town: Town) -> None:
    node = _with_mail(sqlite_town, MailSettings())
    desk.hand_in(sqlite_town)
    assert _notify(node) == []
