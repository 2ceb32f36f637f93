"""A day at the three nodes, so that every page has something on it: people with passwords, flows,
and transfers in every state, all of them made by the real verbs."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from PIL import Image, ImageDraw

from sekisho.kernel.errors import SekishoError
from sekisho.node import submitting
from sekisho.node.demo.samples import sheet_with_numbers, word_with_macro
from sekisho.node.demo.town import POLICY, SINCE, Town
from sekisho.office.accounts.absences import be_absent
from sekisho.office.accounts.actions import save_person
from sekisho.office.accounts.appointing import appoint, save_unit
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.organisation import Posting, UnitEntry
from sekisho.office.flows.actions.registering import register
from sekisho.office.flows.entry import Entry, Item
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.actions.routes import save_route
from sekisho.office.transfers.actions.sending import Draft

PASSWORD = "Sekisho-demo-1"  # noqa: S105 - of a demonstration, and told to everybody
ADMIN = "tanaka"
UNIT = UnitEntry("0202", "福祉課", "02", SINCE)
NEWCOMERS = (
    ("yamada", "山田 京子", "福祉課", ()),
    ("kobayashi", "小林 正", "福祉課", ("approver",)),
    ("ito", "伊藤 誠", "総務部", ("ciso",)),
)
POSTS = (
    Posting("kobayashi", "0202", "課長", True, True, SINCE),
    Posting("yamada", "0202", "主任", False, True, SINCE),
)
FLOWS = (
    Entry(
        code="ZEI-01",
        name="固定資産 評価一覧の提供",
        purpose="評価替えの確認のため",
        basis="地方税法第408条",
        items=(Item("整理番号"), Item("地区"), Item("面積（平方メートル）"), Item("評価額（円）")),
        from_node="internet",
        to_node="lgwan",
        owner="sato",
        unit="税務課",
    ),
    Entry(
        code="FUKU-01",
        name="給付対象者の照会",
        purpose="給付の資格を確かめるため",
        basis="児童手当法",
        items=(Item("氏名", personal=True), Item("個人番号", personal=True, number=True)),
        from_node="lgwan",
        to_node="mynumber",
        owner="yamada",
        unit="福祉課",
    ),
)


def furnish(town: Town) -> None:
    """Everything, at the present moment of the town's clock."""
    for name in town.nodes:
        _staff(town, name)
    _from_outside(town)
    _inside(town)
    _settle(town)


def _staff(town: Town, name: str) -> None:
    with town.at(name) as node:
        desk = node.desk
        for login, title, division, roles in NEWCOMERS:
            save_person(desk, actor=ADMIN, login=login, name=title, division=division, roles=roles)
        save_unit(desk, actor=ADMIN, entry=UNIT)
        for posting in POSTS:
            appoint(desk, actor=ADMIN, posting=posting)
        for entry in FLOWS:
            if name in (entry.from_node, entry.to_node):
                register(desk, actor=ADMIN, entry=entry, start=True)
        for person in Person.objects.all():
            person.set_password(PASSWORD)
            person.save(update_fields=["password"])


def _from_outside(town: Town) -> None:
    """What goes from the Internet zone into the LGWAN zone."""
    picture, letter = _picture(), "窓口の混雑状況をお知らせします。\n".encode()
    both = {"混雑状況.txt": letter, "待ち人数.png": picture}
    arrived = [
        _submit(town, "internet", both, f"窓口の混雑状況の共有（第{n}週）") for n in (1, 2, 3)
    ]
    for one in arrived:
        _approve(town, "internet", one)
    _settle(town)
    _submit(
        town,
        "internet",
        {
            "対象者一覧.xlsx": sheet_with_numbers(),
            "依頼文.docm": word_with_macro(),
            "案内図.png": picture,
        },
        "固定資産税の評価替えに伴う対象者一覧の提供",
    )
    back = _submit(town, "internet", {"様式.txt": letter}, "納税通知書の様式の照会")
    with town.at("internet") as node:
        deciding.send_back(
            node.desk,
            actor="suzuki",
            transfer_id=back,
            reason="様式の版が古いようです。令和8年度版に差し替えてください。",
        )
    _submit(town, "internet", {"回答.txt": letter}, "照会への回答", addressees=("yamada",))


def _inside(town: Town) -> None:
    """What goes from the LGWAN zone on, with steps, deputies and an emergency."""
    policy = {**POLICY, "disarm": {"*": "standard"}, "emergency": True, "bulk": True}
    for name in ("lgwan", "mynumber"):
        with town.at(name) as node:
            save_route(node.desk, actor=ADMIN, from_node="lgwan", to_node="mynumber", policy=policy)
    with town.at("lgwan") as node:
        now = node.desk.now()
        be_absent(
            node.desk,
            actor="kobayashi",
            person="kobayashi",
            deputy="suzuki",
            starts=now - timedelta(hours=1),
            ends=now + timedelta(days=3),
            reason="出張",
        )
    text = "照会番号,区分\n1001,児童手当\n".encode()
    given = {"actor": "yamada", "to_node": "mynumber", "addressees": ("yamada",)}
    _submit(town, "lgwan", {"照会.csv": text}, "児童手当の資格の照会", **given)
    first = _submit(town, "lgwan", {"照会2.csv": text}, "児童扶養手当の資格の照会", **given)
    _approve(town, "lgwan", first, actor="suzuki", acting_for="kobayashi")
    _submit(
        town,
        "lgwan",
        {"避難者.csv": text},
        "避難所の入所者の照会",
        emergency="大雨による避難所の開設のため",
        **given,
    )


def _submit(
    town: Town,
    at: str,
    contents: Mapping[str, bytes],
    purpose: str,
    *,
    actor: str = "sato",
    to_node: str = "lgwan",
    addressees: tuple[str, ...] = ("sato",),
    emergency: str | None = None,
) -> str:
    folder = town.folder / "送るファイル"
    folder.mkdir(exist_ok=True)
    paths = [_write(folder / name, content) for name, content in contents.items()]
    draft = Draft(to_node, addressees, purpose, "機密性2", emergency=emergency)
    with town.at(at) as node:
        return submitting.submit(node, actor=actor, draft=draft, paths=paths).transfer_id


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _approve(
    town: Town, at: str, transfer_id: str, *, actor: str = "suzuki", acting_for: str = ""
) -> None:
    with town.at(at) as node:
        deciding.approve(node.desk, actor=actor, transfer_id=transfer_id, acting_for=acting_for)


def _settle(town: Town) -> None:
    for _ in range(3):
        for name in town.nodes:
            # What does not go through stays in its list, which is what pages are for.
            with suppress(SekishoError):
                town.run(name)


def _picture() -> bytes:
    picture = Image.new("RGB", (900, 520), "#e8f1fe")
    pen = ImageDraw.Draw(picture)
    for n, height in enumerate((120, 260, 340, 210, 90)):
        pen.rectangle((90 + n * 150, 460 - height, 190 + n * 150, 460), fill="#0017c1")
    pen.line((60, 460, 860, 460), fill="#1a1a1a", width=4)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
