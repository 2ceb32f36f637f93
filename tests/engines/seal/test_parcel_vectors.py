"""The known answers in tests/vectors/parcel: they open or not, as their script says."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from tests.vectors import make_parcel_vectors as script

from sekisho.kernel.clock import parse_stamp
from sekisho.kernel.errors import SekishoError
from sekisho.seal import opening
from sekisho.seal.parcel import read_manifest

FOLDER = script.FOLDER
NAMES = {path.stem for path in FOLDER.glob("*.json")} - {"keys"}


def vector(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


@cache
def blocks_of(one: script.Opens) -> dict[str, bytes]:
    return one.seal()[1]


def open_vector(found: dict[str, Any], blocks: dict[str, bytes]) -> tuple[bytes, list[bytes]]:
    place = found["place"]
    verified = opening.verify_head(
        opening.read_head(base64.b64decode(found["head"])),
        script.signer(found["suite"]).public,
        receiver=place["receiver"],
        sender=place["sender"],
        parcel_id=place["parcel_id"],
        now=parse_stamp(place["now"]),
    )
    key = opening.content_key(verified, script.receiver_private(found["suite"]))
    files = []
    with opening.Opening(verified, key, lambda name, size: blocks[name]) as parcel:
        letter = parcel.letter()
        for one in found.get("files", []):
            content = bytearray()
            parcel.copy(one["bytes"], content.extend)
            files.append(bytes(content))
        parcel.finish()
    return letter, files


def test_every_vector_is_described_and_every_description_has_its_vector() -> None:
    assert {one.name for one in (*script.OPENS, *script.REFUSALS)} == NAMES


def test_the_keys_are_what_the_script_says() -> None:
    assert json.loads((FOLDER / "keys.json").read_text()) == script.keys_document()


@pytest.mark.parametrize("one", script.OPENS, ids=lambda one: one.name)
def test_it_opens(one: script.Opens) -> None:
    found = vector(one.name)
    letter, files = open_vector(found, blocks_of(one))
    assert letter.decode() == found["letter"]
    assert [hashlib.sha256(data).hexdigest() for data in files] == [
        stated["sha256"] for stated in found["files"]
    ]


@pytest.mark.parametrize("one", script.OPENS, ids=lambda one: one.name)
def test_it_is_what_the_script_makes_but_for_what_is_random(one: script.Opens) -> None:
    found = vector(one.name)
    head = opening.read_head(base64.b64decode(found["head"]))
    kept = read_manifest(head.envelope.payload)
    sealed, blocks = one.seal()
    assert replace(sealed.manifest, wrapped_key=kept.wrapped_key) == kept
    assert opening.read_head(sealed.head).inline == head.inline
    expected = script.opens_document(one, sealed, blocks)
    assert {**found, "head": ""} == {**expected, "head": ""}


@pytest.mark.parametrize("one", script.OPENS, ids=lambda one: one.name)
def test_its_blocks_lie_beside_it_if_they_are_kept(one: script.Opens) -> None:
    beside = {path.suffix[1:]: path.read_bytes() for path in FOLDER.glob(f"{one.name}.b*")}
    assert beside == (blocks_of(one) if one.keep_blocks else {})


@pytest.mark.parametrize("one", script.REFUSALS, ids=lambda one: one.name)
def test_it_is_refused_with_its_code(one: script.Refusal) -> None:
    found = vector(one.name)
    with pytest.raises(SekishoError) as caught:
        open_vector(found, {})
    assert caught.value.code == found["expect"] == one.code


@pytest.mark.parametrize("one", script.REFUSALS, ids=lambda one: one.name)
def test_it_is_made_from_its_base_as_the_script_says(one: script.Refusal) -> None:
    assert vector(one.name) == script.refusal_document(one, vector(one.base))
