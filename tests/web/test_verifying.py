"""検証 in the browser: the mark of what has arrived, the proof behind it, packages brought."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page
from tests.support import acts
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages, reachable
from tests.support.town import Town

from sekisho.node.packages import export_transfer
from sekisho.office.evidence.models import Cosignature, Event, LedgerLeaf
from sekisho.web.proving import verifying
from sekisho.web.transfers.marking import mark_of

HOLDS, DOES_NOT = "正しい証跡です", "認められないか"


@pytest.fixture
def transfer_id(sqlite_town: Town) -> str:
    """A transfer that has arrived for sato at the node in the LGWAN zone."""
    made = acts.submit(sqlite_town, purpose="固定資産の一覧")
    acts.approve(sqlite_town, made)
    sqlite_town.settle()
    return made


@pytest.fixture
def package(pages: Pages, transfer_id: str) -> bytes:
    with pages.node.at_work():
        return export_transfer(pages.node, transfer_id)


def brought(pages: Pages, data: bytes, **more: str) -> str:
    file = SimpleUploadedFile("証跡一式.zip", data)
    answer = pages.client("sato").post("/proof/verify", {"file": file, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_has_arrived_carries_its_mark(pages: Pages, transfer_id: str) -> None:
    shown = pages.client("sato").get(f"/transfers/{transfer_id}/").content.decode()
    assert "検証済み・立会い" in shown
    assert "封緘が破られていない" in shown
    assert f"/proof/{transfer_id}/verified" in shown


def test_the_mark_waits_for_another_node(sqlite_town: Town, pages: Pages, transfer_id: str) -> None:
    def marked() -> str:
        shown = pages.client("sato").get(f"/transfers/{transfer_id}/").content.decode()
        (found,) = re.findall("検証済み・立会い(.*?)<", shown)
        return found

    sqlite_town.settle()
    assert marked() == "済み"
    with pages.node.at_work():
        Cosignature.objects.all().delete()
    assert marked() == "待ち"


def test_disarming_on_this_side_is_said(pages: Pages) -> None:
    received, disarmed = (
        Event(kind="parcel.received", leaf_index=None),
        Event(kind="parcel.disarmed"),
    )
    with pages.node.at_work():
        marks = [mark_of(course, "本庁") for course in ([received], [received, disarmed])]
        assert mark_of([disarmed], "本庁") is None
    said = ["もう一度無害化" in "".join(mark.lines) for mark in marks if mark]
    assert said == [False, True]


def test_the_proof_behind_the_mark(sqlite_town: Town, pages: Pages, transfer_id: str) -> None:
    sqlite_town.settle()
    shown = pages.client("sato").get(f"/proof/{transfer_id}/verified").content.decode()
    assert HOLDS in shown
    for said in ("信頼する管理者", "立会ノードが検証点に連署しています", "元のまま含まれています"):
        assert said in shown
    assert pages.client("suzuki").get(f"/proof/{transfer_id}/verified").status_code == 404


def test_a_changed_record_is_seen(sqlite_town: Town, pages: Pages, transfer_id: str) -> None:
    sqlite_town.settle()
    with pages.node.at_work():
        event = Event.objects.filter(subject=transfer_id, leaf_index__isnull=False).earliest("id")
        leaf = LedgerLeaf.objects.get(pk=event.leaf_index)
        whole = bytes(leaf.entry)
        # Another character in the signed payload, which is base64: still an envelope.
        place = whole.index(b'"payload":"') + 60
        leaf.entry = whole[:place] + (b"A" if whole[place] != 65 else b"B") + whole[place + 1 :]
        leaf.save()
    answer = pages.client("sato").get(f"/proof/{transfer_id}/verified").content.decode()
    assert HOLDS not in answer
    assert "badge-alarm" in answer


def test_a_package_that_somebody_brings(pages: Pages, package: bytes) -> None:
    first = pages.client("sato").get("/proof/verify").content.decode()
    (ours,) = re.findall(r"<textarea[^>]*>([^<]+)</textarea>", first)
    assert HOLDS in brought(pages, package, admins=ours)
    # Nobody is trusted: open. Somebody else is trusted: not theirs.
    assert "SKS-L071" in brought(pages, package, admins="")
    assert "SKS-L070" in brought(pages, package, admins="0000 1111")


@pytest.mark.parametrize("place", range(0, 100, 10))
def test_a_package_cut_anywhere_is_told(pages: Pages, package: bytes, place: int) -> None:
    shown = brought(pages, package[: max(1, len(package) * place // 100)])
    assert DOES_NOT in shown
    assert "SKS-L0" in shown


def test_no_file_and_too_large_a_file(
    pages: Pages, package: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = pages.client("sato")
    none = client.post("/proof/verify", {"admins": ""})
    assert (none.status_code, "SKS-W044" in none.content.decode()) == (400, True)
    monkeypatch.setattr(verifying, "PACKAGE_BYTES_MAX", len(package) - 1)
    large = client.post("/proof/verify", {"file": io.BytesIO(package), "admins": ""})
    assert (large.status_code, "SKS-W045" in large.content.decode()) == (400, True)


def test_these_pages_are_accessible(pages: Pages, transfer_id: str, page: Page) -> None:
    pages.set_password("sato")
    with reachable(pages) as address:
        page.goto(address)
        page.fill("[name=login]", "sato")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        for path in (
            "/proof/verify",
            f"/proof/{transfer_id}/verified",
            f"/transfers/{transfer_id}/",
        ):
            page.goto(address + path)
            assert violations(page) == [], path
