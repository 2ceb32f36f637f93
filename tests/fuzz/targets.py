"""The targets: `python -m tests.fuzz.targets head|package|file -runs=N CORPUS`.

A target takes any bytes; whatever comes out but a coded error is a find, and libFuzzer stops.
"""

from __future__ import annotations

import io
import sys

import atheris

with atheris.instrument_imports(include=["sekisho"]):
    from sekisho.disarm.engine import disarm
    from sekisho.disarm.handlers import load_all
    from sekisho.disarm.profile import STANDARD
    from sekisho.disarm.work import Source
    from sekisho.kernel.errors import SekishoError
    from sekisho.ledger.unpack import read_package
    from sekisho.seal.head import read_head
    from sekisho.seal.parcel import read_manifest


def head(untrusted: bytes) -> None:
    """A parcel's head as it comes from the store, and the manifest inside."""
    try:
        read_manifest(read_head(untrusted).envelope.payload)
    except SekishoError:
        return


def package(untrusted: bytes) -> None:
    """An evidence package as an auditor is handed it."""
    try:
        read_package(io.BytesIO(untrusted))
    except SekishoError:
        return


def file(untrusted: bytes) -> None:
    """A file to be disarmed: it stops with a code, or comes to rest."""
    first, second = io.BytesIO(), io.BytesIO()
    said = disarm(Source(memoryview(untrusted), "a"), first, STANDARD)
    if said.stopped is None:
        again = disarm(Source(memoryview(first.getvalue()), said.name), second, STANDARD)
        if again.stopped or again.name != said.name or first.getvalue() != second.getvalue():
            raise AssertionError(f"not a fixed point: {said.kind}, {again.stopped}")


TARGETS = {"head": head, "package": package, "file": file}

if __name__ == "__main__":
    load_all()
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()
