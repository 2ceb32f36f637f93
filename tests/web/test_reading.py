"""Every main page as people with other eyes and hands meet it: enlarged to 400 %, in colours that
the system forces, and with no line to anywhere but the node."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route
from tests.support import acts
from tests.support.databases import settled_town
from tests.support.organised import organise
from tests.support.pages import Pages, pages_of, reachable
from tests.support.town import Town

ENLARGED = {"200 %": (640, 512), "400 %": (320, 256)}
"""1280×1024 CSS pixels, twice and four times as large: WCAG 2.2, success criteria 1.4.4, 1.4.10."""
LONG = "固定資産税課税明細書の様式と令和八年度版の記載要領" * 2 + "_" * 40 + ".txt"

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter(one => one.checkVisibility() && !one.closest(".hidden, .skip"))
  .filter(one => {
    const at = one.getBoundingClientRect();
    // A strip or a table that scrolls by itself brings what lies to its right, never to its left.
    for (let box = one.parentElement; box; box = box.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(box).overflowX))
        return at.left < box.getBoundingClientRect().left - 1;
    return at.width > 0 && (at.left < -1 || at.right > innerWidth + 1);
  }).map(one => one.outerHTML.slice(0, 120))"""
CUT = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter(one => one.childNodes.length && one.checkVisibility() && !one.closest(".hidden, .skip"))
  .filter(one => getComputedStyle(one).overflowX === "hidden" && one.scrollWidth > one.clientWidth)
  .map(one => one.outerHTML.slice(0, 120))"""
ROOMS = (
    "",
    "routes/",
    "people/",
    "organisation/",
    "exceptions/",
    "crypto/",
    "calendar/",
    "tokens/",
)


@pytest.fixture(scope="module")
def shown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Pages, str, list[str]]]:
    """The pages of the node in the LGWAN zone, where they are reached, and the paths of all."""
    with settled_town(request, tmp_path_factory.mktemp("reading") / "town") as town:
        arrived = _arrived(town)
        with pages_of(town, "lgwan") as pages:
            with pages.node.at_work():
                organise(pages.node)
            with reachable(pages) as address:
                yield pages, address, _paths(arrived)


def _arrived(town: Town) -> str:
    made = acts.submit(town, {LONG: b"hello\n", "通知.txt": b"hello\n"}, purpose=LONG)
    acts.approve(town, made)
    town.settle()
    return made


def _paths(transfer_id: str) -> list[str]:
    own = ["/", "/send/", "/approving/", "/receiving/", "/search/", "/search/?q=様式", "/alerts/"]
    more = ["/me/absence/", "/entrance/sessions/", "/entrance/about/", "/account/2fa/"]
    proof = ["/proof/", f"/transfers/{transfer_id}/", "/proof/ledger/", "/proof/verify"]
    flows = ["/flows/", "/flows/new", "/flows/review/", "/flows/hearing/"]
    return [*own, *more, *proof, *flows, *(f"/administration/{one}" for one in ROOMS)]


@pytest.fixture
def page(
    browser: Browser, shown: tuple[Pages, str, list[str]], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A browser in which somebody is signed in who may see every page."""
    pages, address, _ = shown
    options = getattr(request, "param", {})
    context = browser.new_context(locale="ja-JP", **options)
    for name, morsel in pages.client("admin").cookies.items():
        context.add_cookies([{"name": name, "value": morsel.value, "url": address}])
    yield context.new_page()
    context.close()


def _visit(page: Page, address: str, path: str) -> None:
    answer = page.goto(f"{address}{path}")
    assert answer is not None
    assert answer.status == 200, path
    assert "/account/login/" not in page.url


@pytest.mark.parametrize("size", ENLARGED)
def test_enlarged_nothing_is_cut_off_and_nothing_scrolls_sideways(
    shown: tuple[Pages, str, list[str]], page: Page, size: str
) -> None:
    _, address, paths = shown
    width, height = ENLARGED[size]
    page.set_viewport_size({"width": width, "height": height})
    found = []
    for path in paths:
        _visit(page, address, path)
        if (beyond := page.evaluate(SIDEWAYS)) > 0:
            found.append(f"{path}: {beyond} px sideways")
        found += [f"{path}: outside: {one}" for one in page.evaluate(OUTSIDE)]
        found += [f"{path}: cut: {one}" for one in page.evaluate(CUT)]
    assert found == []


def test_with_every_other_line_cut_all_pages_work_and_ask_nobody_else(
    shown: tuple[Pages, str, list[str]], page: Page
) -> None:
    _, address, paths = shown
    node = urlsplit(address).netloc
    asked: set[str] = set()
    failed: list[str] = []

    def guard(route: Route) -> None:
        asked.add(urlsplit(route.request.url).netloc)
        route.continue_() if urlsplit(route.request.url).netloc == node else route.abort()

    page.route("**/*", guard)
    page.on("console", lambda said: failed.append(said.text) if said.type == "error" else None)
    for path in paths:
        _visit(page, address, path)
    assert asked == {node}
    assert failed == []


LINES = """() => [...document.querySelectorAll("button, .button-main, .button-plain, .badge," +
    ".note, input:not([type=radio], [type=checkbox]), select")]
  .filter(one => one.checkVisibility() && !one.closest(".hidden, .language"))
  .filter(one => !one.matches(".button-bare") && getComputedStyle(one).borderTopWidth === "0px")
  .map(one => one.outerHTML.slice(0, 120))"""
UNDERLINED = """() => [...document.querySelectorAll(".places a")].filter(one =>
  getComputedStyle(one).borderBottomColor !== getComputedStyle(document.body).backgroundColor
).map(one => one.getAttribute("aria-current"))"""
RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.backgroundColor];
}"""


@pytest.mark.parametrize("page", [{"forced_colors": "active"}], indirect=True)
def test_in_forced_colours_lines_and_the_ring_of_the_focus_stay(
    shown: tuple[Pages, str, list[str]], page: Page
) -> None:
    _, address, paths = shown
    for path in paths:
        _visit(page, address, path)
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert page.evaluate(LINES) == [], path
    _visit(page, address, "/receiving/")
    assert page.evaluate(UNDERLINED) == ["page"]
    _visit(page, address, "/")
    for _ in range(12):
        page.keyboard.press("Tab")
        style, width, colour, ground = page.evaluate(RING)
        assert (style, width) == ("solid", "4px")
        assert colour != ground


@pytest.mark.parametrize("page", [{"reduced_motion": "reduce"}], indirect=True)
def test_nothing_moves_for_whom_it_disturbs(
    shown: tuple[Pages, str, list[str]], page: Page
) -> None:
    _, address, paths = shown
    for path in paths:
        _visit(page, address, path)
        assert page.evaluate("document.getAnimations().length") == 0, path
