"""After start-up a child may open no file, start no thread and import nothing more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.engines.disarm.pictures.test_mutated import SAMPLES
from tests.engines.disarm.pictures.test_svg import svg

SCRIPT = """
import codecs, io, pathlib, sys, threading
from sekisho.disarm.engine import disarm
from sekisho.disarm.formats import pictures, svg
from sekisho.disarm.handlers import handler, looks
from sekisho.disarm.kinds import kinds
from sekisho.disarm.profile import STANDARD
from sekisho.disarm.work import Source

files = [(path.name, path.read_bytes()) for path in sorted(pathlib.Path(sys.argv[1]).iterdir())]
for kind in ("png", "svg"):
    handler(kind)
kinds()
looks()
for codec in ("cp932", "euc_jp", "iso2022_jp_ext", "utf-16"):
    codecs.lookup(codec)  # what the encodings of texts need is loaded by the child itself
forbidden = ("open", "import", "os.", "socket.", "subprocess.", "_thread.start", "tempfile.")
is_locked = []

def watch(event, arguments):
    if is_locked and event.startswith(forbidden):
        is_locked.clear()
        raise SystemExit(f"{event} {arguments}")

sys.addaudithook(watch)
is_locked.append(True)
for name, content in files:
    said = disarm(Source(memoryview(content), name), io.BytesIO(), STANDARD)
    if said.stopped:
        raise SystemExit(f"{name} {said.stopped.code}")
is_locked.clear()
tasks = threading.active_count()
native = len(list(pathlib.Path("/proc/self/task").iterdir()))
raise SystemExit(0 if tasks == native == 1 else f"{tasks} {native} threads")
"""


def test_nothing_is_loaded_or_opened_late(tmp_path: Path) -> None:
    for name, content in SAMPLES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "a.svg").write_bytes(svg("<text>庁舎</text><style>a{fill:red}</style>"))
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True, text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
