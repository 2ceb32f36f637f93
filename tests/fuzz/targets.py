"""The targets: `python -m tests.fuzz.targets head|package -runs=N CORPUS`.

A target takes any bytes; whatever comes out but a coded error is a find, and libFuzzer stops.
"""

from __future__ import annotations

import io
import sys

import atheris

with atheris.instrument_imports(include=["sekisho"]):
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


TARGETS = {"head": head, "package": package}

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()
