"""A child that can open no file works as before, and writes the same bytes."""

from __future__ import annotations

import subprocess
import sys

from tests.house.source import ROOT

HERE = """
import hashlib, os, resource, sys
from tests.engines.disarm.pdf.conftest import _jpeg
from tests.engines.disarm.pdf.documents import DOCUMENTS, locked
from tests.engines.disarm.support import run
from sekisho.disarm import engine, handlers, preview
from sekisho.disarm.account import Account
from sekisho.disarm.kinds import kinds
from sekisho.disarm.profile import PICTURE, STANDARD, TEXT
from sekisho.disarm.work import Budget, Source, Work

documents = [make() for make in DOCUMENTS.values()] + [locked().replace(b"/Encrypt", b"/Encr#79pt")]
real = handlers.handler
handlers.load_all()
if real("jpeg") is None:
    engine.handler = lambda kind: _jpeg if kind == "jpeg" else real(kind)
kinds()
if sys.argv[1] == "locked":
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    try:
        open("/dev/null")
    except OSError:
        pass
    else:
        raise SystemExit("not locked down")
sums = hashlib.sha256()
for document in documents:
    for profile in (STANDARD, PICTURE, TEXT):
        result = run(document, "a.pdf", profile)
        if result.code:
            raise SystemExit(result.code)
        sums.update(result.content)
    work = Work(STANDARD, Budget(len(document)), Account(), engine._disarm_inner)
    for one in preview.previews(Source(memoryview(document), "a.pdf", "pdf"), work):
        sums.update(one)
os.write(1, sums.hexdigest().encode())
"""


def sums(how: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", HERE, how], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_a_single_file_the_bytes_are_the_same() -> None:
    locked = sums("locked")
    assert len(locked) == 64
    assert locked == sums("free")
