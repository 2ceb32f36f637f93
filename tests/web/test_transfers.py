"""The daily work in the browser: look, decide, collect; and nobody beyond what is his."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from tests.support import acts
from tests.support.axe import violations
from tests.support.organised import away
from tests.support.pages import PASSWORD, Pages, pages_of, reachable
from tests.support.town import Town

from sekisho.office.transfers.models import Collection, Decision, Transfer

FILES = {"一覧.csv": "氏名,番号\n山田,123456789018\n".encode(), "通知.txt": b"hello\n"}


@pytest.fixture
def sending(sqlite_town: Town) -> Iterator[Pages]:
    """The pages of the node that things leave from."""
    with pages_of(sqlite_town, "internet") as made:
        yield made


def arrived(town: Town, files: dict[str, bytes] = FILES) -> str:
    """A transfer that lies at the node in the LGWAN zone."""
    transfer_id = acts.submit(town, files)
    acts.approve(town, transfer_id)
    town.settle()
    return transfer_id


def test_what_waits_for_me_is_on_the_first_page(sqlite_town: Town, sending: Pages) -> None:
    transfer_id = acts.submit(sqlite_town)
    shown = sending.client("suzuki").get("/").content.decode()
    assert f"/transfers/{transfer_id}/" in shown
    assert "いま対応することはありません" in sending.client("admin").get("/").content.decode()


def test_approving_takes_two_clicks(sqlite_town: Town, sending: Pages) -> None:
    transfer_id = acts.submit(sqlite_town)
    client = sending.client("suzuki")
    page = client.get(f"/transfers/{transfer_id}/").content.decode()
    assert 'value="approve"' in page
    answer = client.post(f"/approving/{transfer_id}", {"verb": "approve"}, follow=True)
    assert "承認しました" in answer.content.decode()
    with sending.node.at_work():
        assert Transfer.objects.get(pk=transfer_id).state == "ready"


def test_the_sender_sees_who_decides_now_and_who_stands_in(
    sqlite_town: Town, sending: Pages
) -> None:
    place = f"/transfers/{acts.submit(sqlite_town)}/"
    client = sending.client("sato")
    assert "いま決める人" in client.get(place).content.decode()
    with sending.node.at_work():
        away(sending.node, "suzuki", "takahashi")
    shown = client.get(place).content.decode()
    assert "鈴木 一郎（税務課） （不在。代決: 高橋 次郎（税務課））" in shown
    sending.client("suzuki").post(f"/approving/{place.split('/')[2]}", {"verb": "approve"})
    assert "いま決める人" not in client.get(place).content.decode()


@pytest.mark.parametrize("verb", ["send_back", "reject"])
def test_turning_down_needs_a_reason_and_the_page_says_so(
    sqlite_town: Town, sending: Pages, verb: str
) -> None:
    transfer_id = acts.submit(sqlite_town)
    client = sending.client("suzuki")
    answer = client.post(f"/approving/{transfer_id}", {"verb": verb, "reason": " "})
    assert answer.status_code == 422
    assert "SKS-T035" in answer.content.decode()
    done = client.post(f"/approving/{transfer_id}", {"verb": verb, "reason": "宛先が違います"})
    assert done.status_code == 302
    with sending.node.at_work():
        assert Decision.objects.get(transfer=transfer_id).reason == "宛先が違います"


def test_nobody_approves_his_own_in_the_browser(sqlite_town: Town, sending: Pages) -> None:
    transfer_id = acts.submit(sqlite_town, actor="suzuki")
    client = sending.client("suzuki")
    assert 'value="approve"' not in client.get(f"/transfers/{transfer_id}/").content.decode()
    answer = client.post(f"/approving/{transfer_id}", {"verb": "approve"})
    assert answer.status_code in (403, 409)
    with sending.node.at_work():
        assert Transfer.objects.get(pk=transfer_id).state == "waiting"


def test_a_stranger_does_not_learn_that_a_transfer_is_there(
    sqlite_town: Town, sending: Pages
) -> None:
    transfer_id = acts.submit(sqlite_town, addressees=("takahashi",))
    with sending.node.at_work():
        from sekisho.office.accounts.models import Person

        Person.objects.create(login="mori", name="森 京子", division="福祉課", roles=["staff"])
    client = sending.client("mori")
    there = client.get(f"/transfers/{transfer_id}/")
    absent = client.get("/transfers/tr_aaaaaaaaaaaaaaaaaaaaaaaaaa/")
    assert (there.status_code, absent.status_code) == (404, 404)
    assert client.get(f"/transfers/{transfer_id}/files/1/").status_code in (403, 404)
    for verb in ("withdraw", "resubmit", "resend", "read-after"):
        answer = client.post(f"/transfers/{transfer_id}/{verb}")
        assert answer.status_code in (403, 404, 409), verb


def test_the_sender_withdraws(sqlite_town: Town, sending: Pages) -> None:
    transfer_id = acts.submit(sqlite_town)
    client = sending.client("sato")
    assert (
        f"/transfers/{transfer_id}/withdraw"
        in client.get(f"/transfers/{transfer_id}/").content.decode()
    )
    client.post(f"/transfers/{transfer_id}/withdraw")
    with sending.node.at_work():
        assert Transfer.objects.get(pk=transfer_id).state == "withdrawn"


def test_one_click_collects_everything(sqlite_town: Town, pages: Pages) -> None:
    transfer_id = arrived(sqlite_town)
    client = pages.client("sato")
    assert f'action="/receiving/{transfer_id}"' in client.get("/").content.decode()
    answer = client.post(f"/receiving/{transfer_id}")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert {name: packed.read(name) for name in packed.namelist()} == FILES
    with pages.node.at_work():
        assert Collection.objects.filter(person="sato").count() == len(FILES)
    assert "いま対応することはありません" in client.get("/").content.decode()


def test_a_single_file_comes_as_it_is_under_its_own_name(sqlite_town: Town, pages: Pages) -> None:
    transfer_id = arrived(sqlite_town, {"通知 書.txt": b"hello\n"})
    answer = pages.client("sato").post(f"/receiving/{transfer_id}/1")
    assert b"".join(answer.streaming_content) == b"hello\n"
    named = "filename*=UTF-8''%E9%80%9A%E7%9F%A5%20%E6%9B%B8.txt"
    assert named in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_who_is_not_addressed_collects_nothing(sqlite_town: Town, pages: Pages) -> None:
    transfer_id = arrived(sqlite_town)
    for path in (f"/receiving/{transfer_id}", f"/receiving/{transfer_id}/1"):
        assert pages.client("suzuki").post(path).status_code in (403, 404, 409)
    with pages.node.at_work():
        assert not Collection.objects.exists()


def test_an_addressee_lets_a_colleague_collect(sqlite_town: Town, pages: Pages) -> None:
    transfer_id = arrived(sqlite_town)
    pages.client("sato").post(f"/receiving/{transfer_id}/hand-on", {"colleague": "suzuki"})
    assert pages.client("suzuki").post(f"/receiving/{transfer_id}/1").status_code == 200


def test_the_page_of_a_transfer_is_accessible_and_works_by_keys(
    sqlite_town: Town, sending: Pages, page: Page
) -> None:
    transfer_id = acts.submit(sqlite_town, FILES)
    sending.set_password("suzuki")
    with reachable(sending) as address:
        page.goto(address)
        assert violations(page) == []
        page.fill("[name=login]", "suzuki")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        assert violations(page) == []
        page.goto(f"{address}/approving/")
        assert violations(page) == []
        page.goto(f"{address}/transfers/{transfer_id}/")
        assert violations(page) == []
        page.keyboard.press("a")
        page.wait_for_url(f"{address}/")
    with sending.node.at_work():
        assert Transfer.objects.get(pk=transfer_id).state == "ready"


def test_what_has_arrived_is_accessible(sqlite_town: Town, pages: Pages, page: Page) -> None:
    arrived(sqlite_town)
    pages.set_password("sato")
    with reachable(pages) as address:
        page.goto(address)
        page.fill("[name=login]", "sato")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        assert violations(page) == []
        page.goto(f"{address}/receiving/")
        assert violations(page) == []
        with page.expect_download() as taken:
            page.click("text=受け取る >> nth=-1")
        assert taken.value.suggested_filename.endswith(".zip")
