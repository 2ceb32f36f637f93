"""For people who use the keyboard alone (WCAG 2.2: 2.1.1, 2.4.1, 2.4.7, 2.4.11)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
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


def test_one_letter_keys_are_switched_off_and_on(address: str, page: Page) -> None:
    sign_in(page, address, "sato")
    page.keyboard.press("s")
    page.wait_for_url(f"{address}/send/")
    page.goto(f"{address}/")
    page.click("details.menu > summary")
    page.click("button[name=keys]")
    page.wait_for_selector("html[data-keys=off]")
    page.keyboard.press("s")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement === document.body")
    assert page.url == f"{address}/"
    page.click("details.menu > summary")
    page.click("button[name=keys]")
    page.wait_for_selector("html:not([data-keys])")
    page.keyboard.press("s")
    page.wait_for_url(f"{address}/send/")
