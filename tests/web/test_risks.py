"""Models of data linkage in the browser: begun, saved in versions, run, seen and taken along."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.test import Client
from playwright.sync_api import Page
from tests.office.risks.support import MODEL, asked, begun
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages, pages_of, reachable
from tests.support.town import Town

from sekisho.assess.telling.sentences import ESTIMATE
from sekisho.node.assessing import run_models
from sekisho.office.accounts.actions import save_person
from sekisho.office.risks.actions import commenting, saving
from sekisho.office.risks.models import Run, Study, Version

QUESTION = {"first": "alpha-usb", "model": ["ours"], "budget": "1,000,000", "draws": "20"}

STUDY_PAGES = ("", "compare", "change", "v1/", "v1/run", "v1/comments")


@pytest.fixture
def pages(sqlite_town: Town) -> Iterator[Pages]:
    """The pages of the node in the LGWAN zone, with people who oversee it."""
    with pages_of(sqlite_town, "lgwan") as made:
        with made.node.at_work():
            for login, role in (("kansa", "auditor"), ("ciso", "ciso"), ("itaku", "contractor")):
                save_person(made.node.desk, actor="admin", login=login, name=login, roles=[role])
        yield made


def text(client: Client, path: str, **headers: Any) -> str:
    """What a page says."""
    answer = client.get(path, **headers)
    assert answer.status_code == 200, path
    return answer.content.decode()


def ended(pages: Pages, version: Version) -> int:
    """A run that has ended."""
    with pages.node.at_work():
        run = asked(pages.node.desk, version)
        run_models(pages.node, run)
        return int(run.pk)


def test_a_study_begins_with_what_runs_and_goes_on_in_versions(pages: Pages) -> None:
    client = pages.client("admin")
    assert "?start=running" in text(client, "/risks/")
    form = text(client, "/risks/new?start=running")
    assert "[model.&quot;running&quot;]" in form
    assert "alpha2" in text(client, "/risks/new?start=alpha2-post")
    typed = {"title": "受け渡しの見直し", "note": "はじめの案", "text": MODEL}
    shown = client.post("/risks/new", typed, follow=True).content.decode()
    assert "第 1 版を保存しました。" in shown and "受け渡しの見直し" in shown
    with pages.node.at_work():
        study = Study.objects.get().pk
    changed = {"upon": "1", "note": "控えを追加", "text": MODEL.replace("mfa", "backup")}
    client.post(f"/risks/{study}/change", changed)
    late = client.post(f"/risks/{study}/change", {**changed, "text": MODEL})
    assert late.status_code == 422 and "SKS-J004" in late.content.decode()
    shown = text(client, f"/risks/{study}/")
    assert "控えを追加" in shown and "はじめの案" in shown
    kept = client.get(f"/risks/{study}/v1/model.toml")
    assert kept.content.decode() == MODEL
    assert "attachment" in kept.headers["Content-Disposition"]


def test_a_mistake_is_shown_in_its_line_and_what_was_typed_stays(pages: Pages) -> None:
    wrong = MODEL.replace('"post"', '"posst"')
    typed = {"title": "題", "note": "案", "text": wrong}
    answer = pages.client("ciso").post("/risks/new", typed)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "5 行目" in shown and "近い名前: post" in shown
    assert re.search(r'<li class="line-wrong">.*posst', shown)
    assert 'start="3"' in shown and 'value="題"' in shown
    with pages.node.at_work():
        assert not Study.objects.exists()


def test_models_are_run_and_the_result_is_seen_and_taken(sqlite_town: Town, pages: Pages) -> None:
    version = begun(sqlite_town)
    client = pages.client("admin")
    asking = f"/risks/{version.study_id}/v1/run"
    assert 'value="ours" checked' in text(client, asking)
    none = client.post(asking, {"first": "", "draws": "20"})
    assert none.status_code == 422 and "SKS-J007" in none.content.decode()
    wrong = client.post(asking, {**QUESTION, "draws": "many"})
    assert wrong.status_code == 422 and "入力の標本の数" in wrong.content.decode()
    answer = client.post(asking, QUESTION)
    with pages.node.at_work():
        run = Run.objects.get()
    assert answer.headers["Location"] == f"/risks/runs/{run.pk}/"
    assert (run.names, run.budget, run.draws) == (["alpha-usb", "ours"], 1_000_000, 20)


def test_what_a_run_found_is_a_page_and_three_files(sqlite_town: Town, pages: Pages) -> None:
    run = ended(pages, begun(sqlite_town))
    client = pages.client("kansa")
    shown = text(client, f"/risks/runs/{run}/")
    assert shown.count(ESTIMATE[0]) >= 2 and "関所 0." in shown
    assert "<svg" in shown and "本庁の案" in shown
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*nonce=)", shown)
    english = client.get(f"/risks/runs/{run}/assess.html", headers={"accept-language": "en"})
    assert "our proposal" in english.content.decode()
    assert json.loads(client.get(f"/risks/runs/{run}/assess.json").content)["seed"] == 1
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/risks/runs/{run}/assess.xlsx").content))
    assert len(book.sheetnames) >= 4


def test_a_run_that_goes_on_shows_how_far_it_is(sqlite_town: Town, pages: Pages) -> None:
    version = begun(sqlite_town)
    with pages.node.at_work():
        run = asked(pages.node.desk, version)
    client = pages.client("kansa")
    assert "2 個のうち 0 個" in text(client, f"/risks/runs/{run.pk}/")
    part = text(client, f"/risks/runs/{run.pk}/", headers={"hx-request": "true"})
    assert "<progress" in part and "<html" not in part
    assert client.get(f"/risks/runs/{run.pk}/assess.json").status_code == 409
    with pages.node.at_work():
        run_models(pages.node, run)
    after = client.get(f"/risks/runs/{run.pk}/", headers={"hx-request": "true"})
    assert after.headers["HX-Refresh"] == "true"


def test_a_comment_is_answered_in_the_form_of_the_next_version(
    sqlite_town: Town, pages: Pages
) -> None:
    version = begun(sqlite_town)
    place = f"/risks/{version.study_id}"
    audit = pages.client("kansa")
    empty = audit.post(f"{place}/v1/comments", {"item": "model.ours", "text": " "})
    assert empty.status_code == 422 and "「意見」" in empty.content.decode()
    said = {"item": "model.ours", "text": "費用の根拠は<b>何</b>ですか"}
    shown = audit.post(f"{place}/v1/comments", said, follow=True).content.decode()
    assert (
        "費用の根拠は&lt;b&gt;何" in shown
        and "未回答" in shown
        and "本庁の案 [model.ours]" in shown
    )
    client = pages.client("admin")
    assert '<span class="count">1</span>' in text(client, f"{place}/")
    assert "費用の根拠は" in text(client, f"{place}/change")
    typed = {"upon": "1", "note": "回答", "text": MODEL, "comment": "1"}
    refused = client.post(f"{place}/change", typed)
    assert refused.status_code == 422 and "SKS-J015" in refused.content.decode()
    answered = {**typed, "choice-1": "declined", "say-1": "契約の額のままとする"}
    assert client.post(f"{place}/change", answered).status_code == 302
    shown = text(audit, f"{place}/v2/comments")
    assert "反映しない" in shown and "契約の額のままとする" in shown and "第 2 版" in shown


def test_versions_and_models_are_held_against_each_other(sqlite_town: Town, pages: Pages) -> None:
    version = begun(sqlite_town)
    place = f"/risks/{version.study_id}"
    with pages.node.at_work():
        text_of_two = MODEL.replace('["mfa"]', '["mfa", "backup"]')
        saving.save(
            pages.node.desk,
            actor="admin",
            study=version.study_id,
            upon=1,
            text=text_of_two,
            note="控えを追加",
        )
    audit = pages.client("kansa")
    shown = text(audit, f"{place}/compare")
    assert "第 1 版の本庁の案" in shown and "第 2 版の本庁の案" in shown
    assert "[model.ours] measures" in shown and "&quot;backup&quot;" in shown
    other = text(audit, f"{place}/compare?one=1&first=alpha-usb&other=1&second=ours")
    assert "第 1 版のα・USBメモリ" in other and "変わったところ" not in other
    wrong = audit.get(f"{place}/compare?one=1&first=nothing")
    assert wrong.status_code == 422 and "SKS-A004" in wrong.content.decode()
    assert audit.get(f"{place}/compare?one=9").status_code == 422


def test_who_reads_does_not_write_and_staff_see_nothing(sqlite_town: Town, pages: Pages) -> None:
    version = begun(sqlite_town)
    run = ended(pages, version)
    study = version.study_id
    reading = ["", f"{study}/", f"{study}/v1/", f"runs/{run}/", f"runs/{run}/assess.json"]
    audit = pages.client("kansa")
    assert {audit.get(f"/risks/{one}").status_code for one in reading} == {200}
    assert "/change" not in text(audit, f"/risks/{study}/")
    assert audit.post(f"/risks/{study}/v1/run", QUESTION).status_code == 403
    assert audit.post(f"/risks/{study}/change", {"text": ""}).status_code == 403
    for login in ("sato", "itaku"):
        client = pages.client(login)
        assert {client.get(f"/risks/{one}").status_code for one in reading} == {403}
        assert "/risks/" not in text(client, "/")
    for one in ("99/", "99/v1/", f"{study}/v9/", "runs/999/", "runs/999/assess.json"):
        assert audit.get(f"/risks/{one}").status_code == 404, one


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_accessible(
    sqlite_town: Town, pages: Pages, page: Page, language: str
) -> None:
    version = begun(sqlite_town)
    run = ended(pages, version)
    with pages.node.at_work():
        going = asked(pages.node.desk, version).pk
        commenting.comment(
            pages.node.desk, actor="admin", study=version.study_id, number=1, item="", text="なぜ"
        )
    pages.set_password("admin")
    study = version.study_id
    with reachable(pages) as address:
        page.set_extra_http_headers({"accept-language": language})
        page.goto(f"{address}/account/login/")
        page.fill("[name=login]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.click("button.button-main")
        for path in ("", "new", *(f"{study}/{one}" for one in STUDY_PAGES)):
            page.goto(f"{address}/risks/{path}")
            assert violations(page) == [], path
        for number in (run, going):
            page.goto(f"{address}/risks/runs/{number}/")
            assert violations(page) == [], number
        page.goto("about:blank")
