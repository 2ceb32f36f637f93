"""Once everything is imported, text is disarmed without opening a file or importing a module."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = r"""
import io, json, sys
from sekisho.disarm import handlers, kinds
from sekisho.disarm.engine import disarm
from sekisho.disarm.profile import STANDARD, STRICT, TEXT
from sekisho.disarm.work import Source

for name in "plain tables jsons xmls htmls".split():
    kind = next(kind for kind, place in handlers.PLACES.items() if place == name)
    handlers.handler(kind)
kinds.kinds()
handlers.looks()
locked = []

def watch(event, arguments):
    if locked and (event in ("open", "import") or event.startswith(("socket.", "subprocess."))):
        locked.append(f"{event} {arguments[:1]}")

sys.addaudithook(watch)
TEXT_OF = (
    "氏名,値\r\n山田,=1+1\r\n個人番号,１２３４-5678-9018\r\n"
    "昭和55年1月1日 東京都千代田区 a@example.jp\r\n"
)
FILES = {
    "a.txt": "\x07本文です。" + TEXT_OF,
    "a.csv": 99 * TEXT_OF,
    "a.md": "# 題\n<b>太字</b>" + TEXT_OF,
    "a.json": json.dumps({"a": "個人番号 123456789018"}),
    "a.xml": "<?xml version='1.0'?><a>&#x3042;東京<?x y?></a>",
    "a.html": "<html><script>x</script><p>東京&hearts;</p></html>",
}
CODECS = ("utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp", "iso2022_jp")
works = [(name, text.encode(codec)) for name, text in FILES.items() for codec in CODECS]
locked.append("locked")
for name, data in works:
    for profile in (STANDARD, STRICT, TEXT):
        disarm(Source(memoryview(data), name), io.BytesIO(), profile)
print("\n".join(locked))
"""


def test_nothing_is_opened_or_imported_after_the_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:-1] == ["locked"]
