"""The second implementation agrees with the first on the vectors, on fresh parcels, on damage."""

from __future__ import annotations

import ast
import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.independent import parcel_opener as other
from tests.support import parcels
from tests.vectors import make_parcel_vectors as script

from sekisho.kernel.errors import SekishoError

KEYS = json.loads((script.FOLDER / "keys.json").read_text())
PLACE = other.Place(parcels.PARCEL_ID, "lgwan", "mynumber", "2026-04-01T09:00:00Z")


def unbase64(values: dict[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(value) for name, value in values.items()}


def open_vector(name: str, blocks: dict[str, bytes]) -> tuple[bytes, bytes]:
    found: dict[str, Any] = json.loads((script.FOLDER / f"{name}.json").read_text("utf-8"))
    keys = KEYS[found["suite"]]
    return other.open_parcel(
        base64.b64decode(found["head"]),
        blocks.__getitem__,
        other.Sender(found["suite"], unbase64(keys["sender"])),
        base64.b64decode(keys["receiver_private"]),
        other.Place(**found["place"]),
    )


def open_fresh(head: bytes, blocks: dict[str, bytes], suite: str = "S1") -> tuple[bytes, bytes]:
    return other.open_parcel(
        head,
        blocks.__getitem__,
        other.Sender(suite, dict(parcels.signer(suite).public.raw)),
        parcels.receiver_pair(suite)[0],
        PLACE,
    )


def test_it_imports_nothing_of_ours() -> None:
    tree = ast.parse(Path(other.__file__).read_text("utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= {*sys.stdlib_module_names, "cryptography"}


@pytest.mark.parametrize("one", script.OPENS, ids=lambda one: one.name)
def test_it_opens_every_vector(one: script.Opens) -> None:
    blocks = one.seal()[1]
    files = b"".join(script.seeded(label, size) for label, size in one.files)
    assert open_vector(one.name, blocks) == (one.letter.encode(), files)


@pytest.mark.parametrize("one", script.REFUSALS, ids=lambda one: one.name)
def test_it_refuses_what_is_to_be_refused(one: script.Refusal) -> None:
    with pytest.raises(other.Refused):
        open_vector(one.name, {})


@pytest.mark.parametrize("suite", ["S0", "S1"])
@pytest.mark.parametrize("size", [0, 1, 300_000, 3_000_000, 17_000_000])
def test_it_opens_fresh_parcels(suite: str, size: int) -> None:
    content = script.seeded("fresh", size)
    fresh = parcels.seal(files=[content], suite=suite)
    assert open_fresh(fresh.sealed.head, fresh.blocks, suite) == (parcels.LETTER, content)


HEAD = parcels.seal(files=[b"content"]).sealed.head


@given(at=st.integers(0, len(HEAD) - 1), bit=st.integers(0, 7))
def test_both_refuse_every_changed_bit(at: int, bit: int) -> None:
    changed = bytearray(HEAD)
    changed[at] ^= 1 << bit
    with pytest.raises(other.Refused):
        open_fresh(bytes(changed), {})
    with pytest.raises(SekishoError):
        parcels.open_parcel(bytes(changed), {}, [7])


@given(
    payload=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["terms", "payload", "wrapped_key", "bytes", "id"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_both_refuse_every_other_signed_document(payload: Any) -> None:
    data = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    head = parcels.signed_anew(data.encode(errors="replace"), b"", parcels.signer())
    with pytest.raises(other.Refused):
        open_fresh(head, {})
    with pytest.raises(SekishoError):
        parcels.verify(head)


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    fresh = parcels.seal(files=[script.seeded("file", 400_000)])
    for name, data in {"head": fresh.sealed.head, **fresh.blocks}.items():
        (tmp_path / f"{parcels.PARCEL_ID}.{name}").write_bytes(data)
    keys = {
        "suite": "S1",
        "keys": {k: script.b64(v) for k, v in parcels.signer().public.raw.items()},
        "private": script.b64(parcels.receiver_pair()[0]),
    }
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    command = [sys.executable, other.__file__, tmp_path / f"{parcels.PARCEL_ID}.head"]
    place = [tmp_path / "keys.json", "lgwan", "mynumber", "--now", PLACE.now]
    done = subprocess.run([*command, *place], capture_output=True, check=True)
    assert done.stdout.startswith(parcels.LETTER)
    place[1] = "internet"
    assert b"refused" in subprocess.run([*command, *place], capture_output=True).stderr
