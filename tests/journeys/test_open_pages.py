"""`make demo`: after the story three nodes are open in the browser, and everybody can sign in."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from tests.support.waiting import until

from sekisho.web import demonstrating

ADDRESS = re.compile(r"^ +(\w+) +(http://localhost:\d+/)$", re.MULTILINE)
PASSWORD = re.compile(r"パスワードは全員 (\S+) です")
WAITING = {
    "internet": ("suzuki", "承認・確認を待っているもの"),
    "lgwan": ("sato", "届いたファイル"),
    "mynumber": ("sato", "要対応"),
}


def signed_in(address: str, login: str, password: str) -> OpenerDirector:
    """As a browser without script: the form, its token, the password."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    form = read(opener, f"{address}account/login/")
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[:1]
    told = {"csrfmiddlewaretoken": token, "login": login, "password": password}
    with closing(opener.open(f"{address}account/login/", urlencode(told).encode(), 30)) as answer:
        assert answer.url == address
    return opener


def read(opener: OpenerDirector, address: str) -> str:
    with closing(opener.open(address, timeout=30)) as answer:
        return str(answer.read().decode())


def is_open(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(address).port or 0)) == 0


def test_three_nodes_are_open_and_hold_what_the_lists_promise(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sekisho", "--lang", "ja", "demo", "--into", "d", "--serve"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        opened = dict(ADDRESS.findall(done.stdout))
        assert opened.keys() == WAITING.keys()
        (password,) = PASSWORD.findall(done.stdout)
        for node, (login, words) in WAITING.items():
            assert words in read(signed_in(opened[node], login, password), opened[node])
    finally:
        demonstrating.close_earlier(tmp_path / "d")
    until(lambda: not any(map(is_open, opened.values())), 40)
