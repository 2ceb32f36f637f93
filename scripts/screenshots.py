"""Pictures of every page, in both languages and three widths, from a demonstration made now.

make screenshots            into build/screenshots/<language>/<width>/<page>.png
make screenshots DOCS=1     and those of the guide into docs/guide/images
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

import sekisho.web  # noqa: F401  first: it configures the pages
from sekisho.kernel.clock import SettableClock
from sekisho.node.demo import town as towns
from sekisho.node.demo import working_day
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.web import demonstrating

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = "/usr/bin/chromium"
WIDTHS = {"wide": (1600, 1000), "laptop": (1366, 768), "phone": (390, 844)}
LOCALES = {"ja": "ja-JP", "en": "en-US"}

Shot = tuple[str, str, str, str]
"""Name of the picture, node, who looks, address."""

PAGES: tuple[Shot, ...] = (
    ("sign-in", "lgwan", "", "/account/login/"),
    ("inbox-staff", "lgwan", "sato", "/"),
    ("inbox-approver", "lgwan", "suzuki", "/"),
    ("inbox-admin", "lgwan", "tanaka", "/"),
    ("send", "internet", "sato", "/send/"),
    ("approving", "lgwan", "suzuki", "/approving/"),
    ("decide", "internet", "suzuki", "/transfers/{waiting}/"),
    ("preview", "internet", "suzuki", "/transfers/{waiting}/files/3/"),
    ("receiving", "lgwan", "sato", "/receiving/"),
    ("collect", "lgwan", "sato", "/transfers/{arrived}/"),
    ("verified", "lgwan", "sato", "/proof/{arrived}/verified"),
    ("verify", "lgwan", "sato", "/proof/verify"),
    ("flows", "lgwan", "tanaka", "/flows/"),
    ("flow-new", "lgwan", "tanaka", "/flows/new"),
    ("flow-review", "lgwan", "tanaka", "/flows/review/"),
    ("flow-hearing", "lgwan", "tanaka", "/flows/hearing/"),
    ("flow-summary", "lgwan", "tanaka", "/flows/summary/"),
    ("search", "lgwan", "tanaka", "/search/"),
    ("proof", "lgwan", "tanaka", "/proof/"),
    ("ledger", "lgwan", "tanaka", "/proof/ledger/"),
    ("alerts", "lgwan", "suzuki", "/alerts/"),
    ("absence", "lgwan", "suzuki", "/me/absence/"),
    ("sessions", "lgwan", "sato", "/entrance/sessions/"),
    ("factors", "lgwan", "sato", "/account/2fa/"),
    ("about-sign-in", "lgwan", "sato", "/entrance/about/"),
    ("admin", "lgwan", "tanaka", "/administration/"),
    ("admin-checkup", "lgwan", "tanaka", "/administration/checkup/"),
    ("admin-nodes", "lgwan", "tanaka", "/administration/nodes/"),
    ("admin-disarming", "lgwan", "tanaka", "/administration/disarming/"),
    ("admin-routes", "lgwan", "tanaka", "/administration/routes/"),
    ("admin-route", "lgwan", "tanaka", "/administration/routes/internet/lgwan/"),
    ("admin-people", "lgwan", "tanaka", "/administration/people/"),
    ("admin-organisation", "lgwan", "tanaka", "/administration/organisation/"),
    ("admin-exceptions", "lgwan", "tanaka", "/administration/exceptions/"),
    ("admin-crypto", "lgwan", "tanaka", "/administration/crypto/"),
    ("admin-calendar", "lgwan", "tanaka", "/administration/calendar/"),
    ("admin-tokens", "lgwan", "tanaka", "/administration/tokens/"),
    ("admin-watches", "lgwan", "tanaka", "/administration/watches/"),
    ("api", "lgwan", "tanaka", "/api/v1/"),
    ("not-found", "lgwan", "sato", "/nothing-here"),
)
IN_THE_GUIDE = ("inbox-staff", "send", "decide", "receiving", "collect", "inbox-approver")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", action="store_true", help="renew the pictures of the guide")
    parser.add_argument("--only", default="", help="pages whose name begins so")
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "screenshots")
    args = parser.parse_args()
    wanted = [one for one in PAGES if one[0].startswith(args.only)]
    with _demonstration() as (addresses, ids), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        studio = Studio(browser, addresses, ids, args.into)
        wrong = sum(
            studio.round(wanted, language, width) for language in LOCALES for width in WIDTHS
        )
        browser.close()
    if args.docs:
        images = ROOT / "docs" / "guide" / "images"
        images.mkdir(exist_ok=True)
        for name in IN_THE_GUIDE:
            shutil.copy(args.into / "ja" / "laptop" / f"{name}.png", images / f"{name}.png")
    pictures = len(wanted) * len(LOCALES) * len(WIDTHS)
    sys.stdout.write(f"{args.into}: {pictures} pictures, {wrong} wrong answers\n")
    sys.exit(1 if wrong else 0)


@contextmanager
def _demonstration() -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    folder = Path(tempfile.mkdtemp(prefix="sekisho-screens-"))
    try:
        clock = SettableClock(datetime.now(UTC))
        with closing(towns.found(folder, clock)) as town:
            working_day.furnish(town)
            with town.at("internet"):
                waiting = Transfer.objects.filter(state="waiting", sender="sato").earliest(
                    "created"
                )
            with town.at("lgwan"):
                arrived = Arrival.objects.filter(addressees__login="sato").latest("received")
            ids = {"waiting": waiting.pk, "arrived": arrived.pk}
            opened = demonstrating.open_nodes(folder, list(towns.ZONES), minutes=30)
        try:
            yield {one.name: one.address.rstrip("/") for one in opened}, ids
        finally:
            demonstrating.close_earlier(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Studio:
    """A browser, and who is signed in where: everybody signs in once."""

    browser: Browser
    addresses: dict[str, str]
    ids: dict[str, str]
    into: Path
    signed_in: dict[tuple[str, str], Any] = field(default_factory=dict)

    def round(self, pages: list[Shot], language: str, width: str) -> int:
        """All pages in one language and width; how many answered with an error of the server."""
        folder = self.into / language / width
        folder.mkdir(parents=True, exist_ok=True)
        wide, high = WIDTHS[width]
        wrong = 0
        for name, node, login, path in pages:
            context = self.browser.new_context(
                viewport={"width": wide, "height": high},
                locale=LOCALES[language],
                storage_state=self._cookies(node, login) if login else None,
            )
            page = context.new_page()
            answer = page.goto(self.addresses[node] + path.format(**self.ids))
            wrong += answer is None or answer.status >= 500
            page.screenshot(path=folder / f"{name}.png", full_page=True)
            context.close()
        return wrong

    def _cookies(self, node: str, login: str) -> Any:
        if (node, login) not in self.signed_in:
            address = self.addresses[node]
            context = self.browser.new_context()
            page = context.new_page()
            page.goto(f"{address}/account/login/")
            page.fill("[name=login]", login)
            page.fill("[name=password]", working_day.PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{address}/")
            self.signed_in[node, login] = context.storage_state()
            context.close()
        return self.signed_in[node, login]


if __name__ == "__main__":
    main()
