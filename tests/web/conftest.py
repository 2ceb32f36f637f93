"""Pages of a settled town, for clients without JavaScript and for Debian's Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from tests.support.databases import postgresql_town, sqlite_town, town
from tests.support.pages import Pages, pages_of, reachable
from tests.support.parts import need
from tests.support.town import Town

__all__ = ["postgresql_town", "sqlite_town", "town"]

CHROMIUM = Path("/usr/bin/chromium")
# Playwright runs an event loop in the thread of the test, which is no reason to keep it from rows.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A thousandth of the work for each password: half a second that no test is about."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", 1_000)
        yield


@pytest.fixture
def pages(sqlite_town: Town) -> Iterator[Pages]:
    """The pages of the node in the LGWAN zone."""
    with pages_of(sqlite_town, "lgwan") as made:
        yield made


@pytest.fixture
def address(pages: Pages) -> Iterator[str]:
    """Where a browser reaches these pages."""
    with reachable(pages) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        need("chromium", f"no {CHROMIUM}")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page at 1366×768 in which every complaint of the console is an error of the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="ja-JP")
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    context.close()
    assert complaints == []


def _is_complaint(said: ConsoleMessage) -> bool:
    """A line that a test cut on purpose is none."""
    return said.type == "error" and "ERR_FAILED" not in said.text
