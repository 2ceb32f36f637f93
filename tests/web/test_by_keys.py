"""A file from the sender to the addressee with Tab, Enter and letters: nobody touches a mouse, and
whoever looks always sees where he is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page
from tests.support.pages import PASSWORD, pages_of, reachable
from tests.support.town import Town
from tests.support.waiting import until

from sekisho.office.transfers.models import Collection, Transfer

STEPS_MAX = 60
HERE = """() => {
  const one = document.activeElement;
  const at = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return {
    lost: one === document.body,
    // A ring, on something that is drawn inside the window.
    seen: style.outlineStyle === "solid" && at.width > 1 && at.bottom > 0 && at.top < innerHeight,
    what: one.outerHTML.slice(0, 120),
  };
}"""


def go(page: Page, selector: str) -> None:
    """Tab until this has the focus, which is seen on every stop."""
    for _ in range(STEPS_MAX):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here["lost"]:  # The end of the page: the browser begins again at its top.
            continue
        assert here["seen"], here["what"]
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached from {page.url}")


@contextmanager
def at_the_desk(town: Town, name: str, login: str, page: Page) -> Iterator[str]:
    """Somebody has signed in at a node, by keys."""
    with pages_of(town, name) as pages:
        pages.set_password(login)
        with reachable(pages) as address:
            page.goto(address)
            page.wait_for_selector("[name=login]:focus")
            page.keyboard.type(login)
            page.keyboard.press("Tab")
            page.keyboard.type(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{address}/")
            yield address


def test_sent_approved_and_collected_by_keys_alone(
    sqlite_town: Town, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "様式.txt"
    file.write_bytes(b"hello\n")
    with at_the_desk(sqlite_town, "internet", "sato", page) as address:
        go(page, 'a[href="/send/"]')
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/send/")
        _send(page, file)
        page.wait_for_url(f"{address}/transfers/tr_*/", timeout=60_000)
        transfer_id = page.url.rstrip("/").rsplit("/", 1)[1]
    page.context.clear_cookies()
    with at_the_desk(sqlite_town, "internet", "suzuki", page) as address:
        go(page, f'main a[href="/transfers/{transfer_id}/"]')
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/transfers/{transfer_id}/")
        go(page, "button[value=approve]")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        assert "承認しました" in page.inner_text("#notes")
    sqlite_town.settle()
    page.context.clear_cookies()
    with at_the_desk(sqlite_town, "lgwan", "sato", page):
        go(page, f'form[action="/receiving/{transfer_id}"] button')
        with page.expect_download() as taken:
            page.keyboard.press("Enter")
        assert Path(taken.value.path()).read_bytes() == b"hello\n"
        with sqlite_town.at("lgwan"):
            # It is written when the last byte has left, which may be after the last has come.
            until(Collection.objects.filter(person="sato").exists)
    with sqlite_town.at("internet"):
        assert Transfer.objects.get().purpose == "様式の提供"


def _send(page: Page, file: Path) -> None:
    """The form to send, from top to bottom. What is swapped in does not take the focus away."""
    go(page, "#files")
    # The dialogue that Enter opens here is the system's.
    page.set_input_files("#files", str(file))
    page.wait_for_selector("#chosen .badge")
    assert page.evaluate("document.activeElement.id") == "files"
    go(page, "[name=to_node]")
    page.keyboard.press("Space")
    go(page, "[name=addressees]")
    page.keyboard.press("Control+A")
    page.keyboard.type("sato")
    go(page, "[name=purpose]")
    page.keyboard.type("様式の提供")
    go(page, "[name=label]")
    page.keyboard.press("ArrowDown")
    go(page, "button[value=submit]")
    page.keyboard.press("Enter")
