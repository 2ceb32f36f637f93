"""For people who enlarge, choose their own colours, or use the keyboard alone; and no page asks
anything of another host (WCAG 2.2: 1.4.4, 1.4.10, 2.1.1, 2.4.7, 2.4.11)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request
from tests.support import acts
from tests.support.pages import PASSWORD, Pages, reachable
from tests.support.town import Town

PAGES = (
    "/",
    "/send/",
    "/approving/",
    "/receiving/",
    "/search/",
    "/proof/",
    "/proof/ledger/",
    "/proof/verify",
    "/flows/",
    "/flows/new",
    "/alerts/",
    "/me/absence/",
    "/administration/",
    "/administration/checkup/",
    "/administration/nodes/",
    "/administration/routes/",
    "/administration/routes/internet/lgwan/",
    "/administration/people/",
    "/administration/organisation/",
    "/administration/disarming/",
    "/administration/exceptions/",
    "/administration/crypto/",
    "/administration/calendar/",
    "/administration/tokens/",
    "/administration/watches/",
    "/entrance/about/",
    "/entrance/sessions/",
    "/account/2fa/",
    "/api/v1/",
)
WIDTHS = {"at 200 %": 640, "at 400 %": 320}
"""What is left of 1280 pixels when everything is enlarged (WCAG 1.4.10)."""

TOO_WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  // Tables and code may scroll by themselves (1.4.10 excepts what needs two dimensions).
  const free = (one) => one.closest('.table-wrap, pre, code, .mono, .hidden, svg');
  return [...document.querySelectorAll('body *')]
    .filter((one) => !free(one) && one.getBoundingClientRect().right > wide + 1)
    .map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 30)}`)
    .slice(0, 5).concat(document.documentElement.scrollWidth > wide + 1 ? ['page scrolls'] : []);
}"""
UNSEEN_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return '';
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const ringed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const label = one.closest('label, .drop, .choices');
  const around = label && getComputedStyle(label).outlineStyle !== 'none';
  return (ringed || around) && box.bottom > 0 && box.top < innerHeight
    ? '' : `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 20)}`;
}"""


@pytest.fixture
def address(sqlite_town: Town, pages: Pages) -> Iterator[str]:
    """A node with something in its lists, where the administrator oversees and audits."""
    made = acts.submit(sqlite_town, purpose="固定資産税の評価替えに伴う対象者一覧の提供について")
    acts.approve(sqlite_town, made)
    sqlite_town.settle()
    with pages.node.at_work():
        from sekisho.office.accounts.models import Person

        Person.objects.filter(login="admin").update(roles=["admin", "auditor", "staff"])
    for login in ("admin", "sato"):
        pages.set_password(login)
    with reachable(pages) as found:
        yield found


def sign_in(page: Page, address: str, login: str = "admin") -> None:
    page.goto(f"{address}/account/login/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")


@pytest.mark.parametrize("enlarged", WIDTHS)
def test_nothing_is_cut_off_when_it_is_enlarged(address: str, page: Page, enlarged: str) -> None:
    sign_in(page, address)
    page.set_viewport_size({"width": WIDTHS[enlarged], "height": 512})
    found = {}
    for path in PAGES:
        page.goto(address + path)
        if wide := page.evaluate(TOO_WIDE):
            found[path] = wide
    assert found == {}


def test_everything_is_reached_and_seen_with_the_keyboard(address: str, page: Page) -> None:
    sign_in(page, address)
    found = {}
    for path in PAGES:
        page.goto(address + path)
        wanted = page.locator(
            "a[href]:visible, button:visible, input:not([type=hidden]):visible, select:visible,"
            " textarea:visible, summary:visible"
        ).count()
        unseen, stops = [], 0
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            stops += 1
            if lost := page.evaluate(UNSEEN_FOCUS):
                unseen.append(lost)
        if unseen:
            found[path] = unseen[:5]
        # Radio buttons of one question are one stop; everything else is one each.
        assert stops >= 5, path
    assert found == {}


def test_the_first_stop_leads_past_the_menu(address: str, page: Page) -> None:
    sign_in(page, address)
    page.goto(f"{address}/search/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


def test_states_stay_to_be_told_apart_in_forced_colours(address: str, browser: Browser) -> None:
    context = browser.new_context(forced_colors="active", locale="ja-JP")
    page = context.new_page()
    sign_in(page, address)
    page.goto(f"{address}/administration/nodes/")
    styles = page.evaluate(
        "['.badge-good', '.places a[aria-current]', '.side a[aria-current]'].map("
        "(one) => {const style = getComputedStyle(document.querySelector(one));"
        " return [style.borderTopStyle, style.borderBottomStyle,"
        " style.borderInlineStartStyle].some((side) => side === 'solid');})"
    )
    context.close()
    assert styles == [True, True, True]


def test_nothing_moves_for_who_does_not_want_it(address: str, browser: Browser) -> None:
    context = browser.new_context(reduced_motion="reduce", locale="ja-JP")
    page = context.new_page()
    sign_in(page, address)
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter((one) => {const style = getComputedStyle(one);"
        " return parseFloat(style.transitionDuration) > 0.01"
        " || parseFloat(style.animationDuration) > 0.01;}).length"
    )
    context.close()
    assert moving == 0


def test_no_page_asks_anything_of_another_host(address: str, page: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            asked.append(request.url)

    page.on("request", note)
    sign_in(page, address)
    for path in PAGES:
        page.goto(address + path, wait_until="networkidle")
    assert asked == []
