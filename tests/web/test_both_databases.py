"""The main path over the pages on SQLite and on PostgreSQL: send, approve, collect, search, prove;
and long lists, page by page."""

from __future__ import annotations

import html
import io
import re
import zipfile
from functools import partial

import pytest
from tests.support import acts, uploads
from tests.support.pages import Pages, pages_of
from tests.support.town import Town
from tests.support.waiting import until

from sekisho.office.uploads.models import Draft
from sekisho.web.request import runners
from sekisho.web.searching import views

FIELDS = {
    "to_node": "lgwan",
    "addressees": "sato",
    "purpose": "住宅用家屋証明の様式",
    "label": "機密性2",
}
CONTENT = b"hello\n" * 1_000
MORE = re.compile(r'href="(\?[^"]*after=[^"&]+[^"]*)"')
ROW = re.compile(r'href="/transfers/(tr_[a-z0-9]+)/"')


def _sent(pages: Pages) -> str:
    """A file goes in as the script of the page sends it, in two parts, and is submitted."""
    client = pages.client("sato")
    with pages.node.at_work():
        draft = uploads.new_draft(pages.node)
        upload = uploads.begin(pages.node, draft, "様式.txt", len(CONTENT)).upload_id
    for at in (0, 3_000):
        part = CONTENT[at : at + 3_000]
        address = f"/send/uploads/{upload}?offset={at}"
        assert client.put(address, part, "application/octet-stream").status_code == 200
    assert client.post(f"/send/{draft}/save", {"verb": "submit", **FIELDS}).status_code == 302
    until(partial(_submitted, pages, draft))
    with pages.node.at_work():
        return str(Draft.objects.get(pk=draft).transfer_id)


def _submitted(pages: Pages, draft: str) -> bool:
    with pages.node.at_work():
        return Draft.objects.get(pk=draft).state == "submitted"


def test_sent_approved_collected_found_and_proven(town: Town) -> None:
    with pages_of(town, "internet") as pages:
        made = _sent(pages)
        runners().close()
        answer = pages.client("suzuki").post(f"/approving/{made}", {"verb": "approve"})
        assert answer.status_code == 302
    town.settle()
    with pages_of(town, "lgwan") as pages:
        client = pages.client("sato")
        taken = client.post(f"/receiving/{made}/1")
        assert b"".join(taken.streaming_content) == CONTENT
        for words in ("家屋証明", "様式.txt", "佐藤", made):
            assert made in client.get("/search/", {"q": words}).content.decode(), words
        assert made not in client.get("/search/", {"q": "納税"}).content.decode()
        assert client.get(f"/proof/{made}/").content.startswith(b"%PDF-")
        packed = client.get(f"/proof/{made}/zip")
        body = b"".join(packed.streaming_content) if packed.streaming else packed.content
        assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None


def test_a_list_page_by_page_shows_each_row_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "search", partial(views.search, limit=2))
    # The clock of the town stands still: that two were submitted at the same instant is the rule.
    made = {acts.submit(town, purpose=f"様式 {n}") for n in range(5)}
    with pages_of(town, "internet") as pages:
        client = pages.client("sato")
        address, seen = "/search/?q=様式", []
        while address:
            shown = client.get(address).content.decode()
            rows = ROW.findall(shown)
            assert 1 <= len(rows) <= 2
            seen += rows
            more = MORE.search(shown)
            address = f"/search/{html.unescape(more[1])}" if more else ""
        assert len(seen) == len(made)
        assert set(seen) == made
        for place in ("x", "2026", "%00", "tr_x|", "'"):
            assert client.get(f"/search/?after={place}").status_code in (200, 400), place
