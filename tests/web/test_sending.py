"""Sending from the browser, with script and without."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page, Route
from tests.office.flows.support import register
from tests.support import acts
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages, pages_of, reachable
from tests.support.town import Town
from tests.support.waiting import until

from sekisho.office.transfers.models import Transfer
from sekisho.office.uploads.models import Draft, Upload
from sekisho.web.request import runners

FIELDS = {"to_node": "lgwan", "addressees": "佐藤花子", "purpose": "様式の提供", "label": "機密性2"}
NUMBERS = "氏名,住所,生年月日,個人番号\n山田 太郎,○○市1-2,昭和50年1月2日,123456789018\n".encode()


@pytest.fixture
def pages(sqlite_town: Town) -> Iterator[Pages]:
    """The pages of the node that things leave from."""
    with pages_of(sqlite_town, "internet") as made:
        yield made
        runners().close()


def ended(pages: Pages, draft_id: str) -> Draft:
    """The draft once its submission has come to an end."""

    def over() -> bool:
        with pages.node.at_work():
            return Draft.objects.get(pk=draft_id).state != "queued"

    until(over)
    with pages.node.at_work():
        return Draft.objects.get(pk=draft_id)


def draft_of(location: str) -> str:
    """The id in the address of a draft's page."""
    return location.rstrip("/").rpartition("/")[2]


def begin(client: Client) -> str:
    """A draft with its fields filled in."""
    return draft_of(client.post("/send/new", {**FIELDS, "verb": "keep"}).headers["Location"])


def test_a_form_without_script_sends_its_files(pages: Pages) -> None:
    client = pages.client("sato")
    files = [SimpleUploadedFile("通知.txt", b"hello\n"), SimpleUploadedFile("空.txt", b"")]
    answer = client.post("/send/new", {**FIELDS, "verb": "submit", "files": files})
    assert answer.status_code == 302
    draft = ended(pages, draft_of(answer.headers["Location"]))
    assert draft.state == "submitted"
    with pages.node.at_work():
        transfer = Transfer.objects.get(pk=draft.transfer_id)
        assert sorted(one.path for one in transfer.files.all()) == ["空.txt", "通知.txt"]
        assert [one.login for one in transfer.addressees.all()] == ["sato"]
    shown = client.get(f"/send/{draft.draft_id}/", follow=True).content.decode()
    assert "様式の提供" in shown and "承認待ち" in shown


def test_without_files_the_form_says_so_and_keeps_what_was_typed(pages: Pages) -> None:
    answer = pages.client("sato").post("/send/new", {**FIELDS, "verb": "submit"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "SKS-W020" in shown and "様式の提供" in shown


def test_what_the_route_forbids_is_said_before_anything_is_handed_in(
    sqlite_town: Town, pages: Pages
) -> None:
    acts.set_route(sqlite_town, "internet", labels=["機密性1"])
    client = pages.client("sato")
    file = SimpleUploadedFile("a.txt", b"x")
    answer = client.post("/send/new", {**FIELDS, "verb": "submit", "files": [file]})
    assert answer.status_code == 422
    assert "SKS-T0" in answer.content.decode()
    with pages.node.at_work():
        assert not Transfer.objects.exists()


def test_limits_stand_on_the_page_before_a_file_is_chosen(sqlite_town: Town, pages: Pages) -> None:
    acts.set_route(sqlite_town, "internet", file_bytes_max=5 * 1024 * 1024, approvals=1)
    shown = pages.client("sato").get("/send/").content.decode()
    assert "1ファイル 5 MiB まで" in shown and "1 人の承認が要ります" in shown


def test_parts_go_on_where_they_stopped(pages: Pages) -> None:
    client = pages.client("sato")
    draft_id = begin(client)
    said = {"path": "a.bin", "bytes": 10, "modified": "1"}

    def announce() -> dict[str, object]:
        answer = client.post(f"/send/{draft_id}/announce", json.dumps(said), "application/json")
        found: dict[str, object] = answer.json()
        return found

    upload = announce()["upload"]
    client.put(f"/send/uploads/{upload}?offset=0", b"01234", "application/octet-stream")
    assert announce() == {
        "upload": upload,
        "received": 5,
        "bytes": 10,
        "part_max": 16 * 1024 * 1024,
        "whole": False,
    }
    wrong = client.put(f"/send/uploads/{upload}?offset=7", b"789", "application/octet-stream")
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 5)
    last = client.put(f"/send/uploads/{upload}?offset=5", b"56789", "application/octet-stream")
    assert last.json()["whole"] is True


@pytest.mark.parametrize("offset", ["", "x", "-1", "９", "1" * 30])
def test_a_place_that_is_no_number_is_refused(pages: Pages, offset: str) -> None:
    client = pages.client("sato")
    draft_id = begin(client)
    said = json.dumps({"path": "a.bin", "bytes": 4})
    upload = client.post(f"/send/{draft_id}/announce", said, "application/json").json()["upload"]
    address = f"/send/uploads/{upload}"
    answer = client.put(f"{address}?offset={offset}", b"0123", "application/octet-stream")
    assert answer.status_code == 400


@pytest.mark.parametrize("body", ["", "[]", "{", "[" * 5_000, '{"path": 5}'])
def test_what_the_script_says_is_read_with_care(pages: Pages, body: str) -> None:
    client = pages.client("sato")
    draft_id = begin(client)
    answer = client.post(f"/send/{draft_id}/announce", body, "application/json")
    assert answer.status_code in (400, 409)


def test_somebody_elses_draft_is_not_there(pages: Pages) -> None:
    draft_id = begin(pages.client("sato"))
    other = pages.client("suzuki")
    said = json.dumps({"path": "a.bin", "bytes": 4})
    upload = pages.client("sato").post(f"/send/{draft_id}/announce", said, "application/json")
    place = f"/send/uploads/{upload.json()['upload']}"
    answers = [
        other.get(f"/send/{draft_id}/"),
        other.post(f"/send/{draft_id}/save", {**FIELDS, "verb": "submit"}),
        other.post(f"/send/{draft_id}/delete"),
        other.post(f"/send/{draft_id}/announce", said, "application/json"),
        other.put(f"{place}?offset=0", b"0123", "application/octet-stream"),
        other.post(f"{place}/inspect"),
        other.post(f"{place}/remove"),
    ]
    assert {one.status_code for one in answers} == {404}


def test_a_copy_has_the_texts_of_the_old_one(sqlite_town: Town, pages: Pages) -> None:
    transfer_id = acts.submit(sqlite_town, purpose="毎月の統計")
    client = pages.client("sato")
    assert f"/send/copy/{transfer_id}" in client.get(f"/transfers/{transfer_id}/").content.decode()
    answer = client.post(f"/send/copy/{transfer_id}", follow=True)
    assert "毎月の統計" in answer.content.decode()


def test_a_flow_fills_in_the_form_and_the_transfer_counts_against_it(
    sqlite_town: Town, pages: Pages
) -> None:
    register(sqlite_town, medium="sekisho")
    client = pages.client("sato")
    shown = client.get("/send/").content.decode()
    assert "ZEI-01 所得情報の提供" in shown and "自分の課" in shown
    filled = client.post("/send/new", {"flow": "ZEI-01", "addressees": "suzuki", "verb": "fill"})
    draft_id = draft_of(filled.headers["Location"])
    shown = client.get(f"/send/{draft_id}/").content.decode()
    assert "保育料の算定" in shown and "送れるファイル名: 所得*.csv" in shown
    with pages.node.at_work():
        draft = Draft.objects.get(pk=draft_id)
        assert (draft.flow, draft.to_node, draft.label) == ("ZEI-01", "lgwan", "機密性2")
        assert draft.addressees == ["sato"]
    file = SimpleUploadedFile("所得R8.csv", "宛名番号,氏名,扶養\n1,山田,2\n".encode())
    typed = {"flow": "ZEI-01", "verb": "submit", "files": [file]}
    client.post(f"/send/{draft_id}/save", typed)
    draft = ended(pages, draft_id)
    assert draft.state == "submitted"
    shown = client.get(f"/transfers/{draft.transfer_id}/").content.decode()
    assert "【ZEI-01】保育料の算定" in shown and 'href="/flows/ZEI-01/"' in shown
    flow = client.get("/flows/ZEI-01/").content.decode()
    assert f"/transfers/{draft.transfer_id}/" in flow
    assert "登録より広い" in flow and "扶養" in flow and "なかった" in flow
    again = client.post(f"/send/copy/{draft.transfer_id}")
    with pages.node.at_work():
        copied = Draft.objects.get(pk=draft_of(again.headers["Location"]))
        assert copied.flow == "ZEI-01"


def test_a_file_that_the_flow_does_not_expect_is_told_apart(
    sqlite_town: Town, pages: Pages
) -> None:
    register(sqlite_town)
    client = pages.client("sato")
    names = ("名簿.csv", "所得R8.csv", "名簿2.csv")
    files = [SimpleUploadedFile(name, b"a,b\n1,2\n") for name in names]
    typed = {"flow": "ZEI-01", "verb": "submit", "files": files}
    answer = client.post("/send/new", typed)
    draft_id = draft_of(answer.headers["Location"])
    assert ended(pages, draft_id).state == "refused"
    shown = client.get(f"/send/{draft_id}/").content.decode()
    lines = {
        name: shown.partition(f'data-path="{name}"')[2].partition("</tr>")[0] for name in names
    }
    assert ["SKS-F022" in lines[name] for name in names] == [True, False, True]
    done = client.post(f"/send/{draft_id}/without-refused", follow=True)
    assert "2 件を外しました" in done.content.decode()
    client.post(f"/send/{draft_id}/save", {"flow": "ZEI-01", "verb": "submit"})
    assert ended(pages, draft_id).state == "submitted"


@pytest.mark.parametrize(
    ("changes", "start", "code"),
    [({}, False, "SKS-F020"), ({"from_node": "lgwan", "to_node": "internet"}, True, "SKS-F021")],
)
def test_a_flow_that_cannot_be_used_is_not_offered_and_refused(
    sqlite_town: Town, pages: Pages, changes: dict[str, str], start: bool, code: str
) -> None:
    register(sqlite_town, start=start, **changes)
    client = pages.client("sato")
    assert "ZEI-01" not in client.get("/send/").content.decode()
    answer = client.post("/send/new", {**FIELDS, "flow": "ZEI-01", "verb": "keep"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert code in shown and "ZEI-01（今は使えません）" in shown and "様式の提供" in shown
    assert client.get("/send/?flow=ZEI-01").status_code == 409
    assert client.get("/send/?flow=NAI-99").status_code == 404


def test_a_flow_to_another_place_than_was_chosen_is_refused(
    sqlite_town: Town, pages: Pages
) -> None:
    register(sqlite_town, to_node="mynumber")
    client = pages.client("sato")
    file = SimpleUploadedFile("所得R8.csv", b"a,b\n1,2\n")
    typed = {**FIELDS, "flow": "ZEI-01", "verb": "submit", "files": [file]}
    draft_id = draft_of(client.post("/send/new", typed).headers["Location"])
    assert ended(pages, draft_id).state == "refused"
    assert "SKS-F023" in client.get(f"/send/{draft_id}/").content.decode()


def signed_in(page: Page, address: str, login: str) -> None:
    """The browser with this person's first page."""
    page.goto(address)
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")


def test_four_clicks_from_the_first_page_to_sent(
    sqlite_town: Town, pages: Pages, page: Page, tmp_path: Path
) -> None:
    acts.set_routes(sqlite_town, disarm={"*": "standard"}, labels=["機密性2"])
    pages.set_password("sato")
    file = tmp_path / "税_一覧.csv"
    file.write_bytes(NUMBERS)
    with reachable(pages) as address:
        signed_in(page, address, "sato")
        page.click("text=ファイルを送る")
        assert violations(page) == []
        page.set_input_files("#files", [str(file)])
        page.wait_for_selector("text=確かめてください")
        assert "個人番号" in page.inner_text("#chosen")
        assert violations(page) == []
        page.select_option("#label", "機密性2")
        page.fill("#purpose", "固定資産税の対象者一覧")
        page.click("button[value=submit]")
        page.wait_for_url(f"{address}/transfers/tr_*/", timeout=60_000)
        assert page.inner_text("h1") == "固定資産税の対象者一覧"
    with pages.node.at_work():
        assert Transfer.objects.get().files.get().path == "税_一覧.csv"


def test_a_cut_line_is_gone_on_with(pages: Pages, page: Page, tmp_path: Path) -> None:
    pages.set_password("sato")
    file = tmp_path / "大きい.txt"
    file.write_bytes(b"0123456789abcdef" * (1 << 20))
    cut = {"left": 2}

    def sometimes(route: Route) -> None:
        if route.request.method == "PUT" and cut["left"]:
            cut["left"] -= 1
            route.abort()
        else:
            route.continue_()

    with reachable(pages) as address:
        signed_in(page, address, "sato")
        page.route("**/send/uploads/*", sometimes)
        page.goto(f"{address}/send/")
        page.set_input_files("#files", [str(file)])
        page.wait_for_selector("#chosen .badge", timeout=60_000)
    with pages.node.at_work():
        upload = Upload.objects.get()
        assert (upload.state, upload.bytes_received) == ("whole", 16 << 20)
    assert cut["left"] == 0


def test_choosing_a_flow_fills_in_the_form_at_once_and_files_are_held_against_it(
    sqlite_town: Town, pages: Pages, page: Page, tmp_path: Path
) -> None:
    register(sqlite_town)
    acts.set_route(sqlite_town, "internet", labels=["機密性1", "機密性2"])
    pages.set_password("suzuki")
    file = tmp_path / "名簿.csv"
    file.write_bytes(b"a,b\n1,2\n")
    with reachable(pages) as address:
        signed_in(page, address, "suzuki")
        page.goto(f"{address}/send/")
        page.select_option("#flow", "ZEI-01")
        assert page.input_value("#purpose") == "保育料の算定"
        assert page.input_value("#addressees") == "sato"
        assert page.input_value("#label") == "機密性2"
        assert page.is_checked("[name=to_node][value=lgwan]")
        assert "所得*.csv" in page.inner_text("#flow-files")
        page.set_input_files("#files", [str(file)])
        page.wait_for_selector("text=SKS-F022")
        assert violations(page) == []
        page.select_option("#flow", "")
        page.wait_for_selector("text=SKS-F022", state="detached")


def test_the_form_remembers_to_whom_but_never_the_class(sqlite_town: Town, pages: Pages) -> None:
    first = pages.client("sato").get("/send/").content.decode()
    assert 'name="addressees" value="sato"' in first
    acts.submit(sqlite_town, addressees=("kato", "sato"))
    shown = pages.client("sato").get("/send/").content.decode()
    assert re.search('name="addressees" value="(kato、sato|sato、kato)"', shown)
    assert 'value="lgwan" required checked' in shown
    assert "<option selected>" not in shown
    assert 'name="addressees" value="suzuki"' in (
        pages.client("suzuki").get("/send/").content.decode()
    )
