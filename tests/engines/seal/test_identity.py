"""Identities on disk and the cards that carry their public halves."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import hostile, nodes
from tests.support.kills import kill_points
from tests.support.nodes import NOW

from sekisho.kernel import documents, dsse
from sekisho.kernel.errors import Broken, InvalidInput, Refused, SekishoError
from sekisho.seal import identity, keyfiles
from sekisho.seal.identity import ADMIN_CARD_TYPE, NODE_CARD_TYPE

CARD = identity.card(nodes.node("naibu"), "lgwan", "内部事務", NOW)
CARD_PAYLOAD: dict[str, Any] = json.loads(dsse.decode(CARD, NODE_CARD_TYPE).payload)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.mark.parametrize("suite", ["S0", "S1"])
def test_a_node_finds_its_keys_again(folder: Path, suite: str) -> None:
    made = identity.create(folder, "naibu", suite, NOW)
    found = identity.load(folder, "naibu")
    assert found.signing.public == made.signing.public
    assert found.signing.seeds == made.signing.seeds
    assert (found.node, found.created, found.generation) == ("naibu", NOW, 0)
    assert found.signing.suite.name == suite


def test_the_key_file_is_for_its_owner_alone(folder: Path) -> None:
    identity.create(folder, "naibu", "S1", NOW)
    assert oct((folder / "signing.key").stat().st_mode & 0o777) == "0o600"
    assert oct(folder.stat().st_mode & 0o777) == "0o700"


def test_keys_in_use_are_never_overwritten(folder: Path) -> None:
    made = identity.create(folder, "naibu", "S1", NOW)
    with pytest.raises(Refused) as refused:
        identity.create(folder, "naibu", "S1", NOW)
    assert refused.value.code == "SKS-N003"
    assert identity.load(folder, "naibu").signing.public == made.signing.public


def test_no_secret_shows_in_a_printed_value(folder: Path) -> None:
    made = identity.create(folder, "naibu", "S1", NOW)
    shown = repr(made) + str(made)
    for seed in made.signing.seeds.values():
        assert repr(seed) not in shown
        assert documents.b64(seed) not in shown


@pytest.mark.parametrize(
    ("node", "suite", "generation", "code"),
    [
        ("Naibu", "S1", 0, "SKS-K004"),
        ("naibu", "S2", 0, "SKS-N013"),
        ("naibu", "S1", -1, "SKS-N014"),
        ("naibu", "S1", 10_000, "SKS-N014"),
    ],
)
def test_impossible_identities_are_refused_before_anything_is_written(
    folder: Path, node: str, suite: str, generation: int, code: str
) -> None:
    with pytest.raises(InvalidInput) as invalid:
        identity.create(folder, node, suite, NOW, generation=generation)
    assert invalid.value.code == code
    assert not folder.exists()


def test_the_keys_of_another_node_are_refused(folder: Path) -> None:
    identity.create(folder, "naibu", "S1", NOW)
    with pytest.raises(Refused) as refused:
        identity.load(folder, "soto")
    assert refused.value.code == "SKS-N010"


def test_nodes_and_administrators_do_not_mix(folder: Path) -> None:
    identity.create(folder, "naibu", "S1", NOW)
    identity.create_admin(folder / "admin.key", "情報政策課長", "S1", NOW)
    with pytest.raises(Refused) as refused:
        identity.load_admin(folder / "signing.key")
    assert refused.value.code == "SKS-N010"
    with pytest.raises(Refused) as refused:
        identity.read_identity(folder / "admin.key", "naibu")
    assert refused.value.code == "SKS-N010"


def test_an_open_folder_or_file_is_refused(folder: Path) -> None:
    identity.create(folder, "naibu", "S1", NOW)
    folder.chmod(0o755)
    with pytest.raises(Refused) as refused:
        identity.load(folder, "naibu")
    assert refused.value.code == "SKS-N002"
    folder.chmod(0o700)
    (folder / "signing.key").chmod(0o640)
    with pytest.raises(Refused) as refused:
        identity.load(folder, "naibu")
    assert refused.value.code == "SKS-N002"


def _flip_seed(data: dict[str, Any]) -> None:
    data["seeds"]["ed25519"] = documents.b64(bytes(32))


def _no_seeds(data: dict[str, Any]) -> None:
    data["seeds"] = {}


def _other_format(data: dict[str, Any]) -> None:
    data["format"] = "something-else"


@pytest.mark.parametrize("spoil", [_flip_seed, _no_seeds, _other_format])
def test_a_damaged_key_file_is_broken(
    folder: Path, spoil: Callable[[dict[str, Any]], None]
) -> None:
    identity.create(folder, "naibu", "S1", NOW)
    data = json.loads((folder / "signing.key").read_bytes())
    spoil(data)
    keyfiles.replace(folder / "signing.key", documents.write(data))
    with pytest.raises(Broken) as broken:
        identity.load(folder, "naibu")
    assert broken.value.code == "SKS-N004"


def test_a_missing_identity_is_broken(folder: Path) -> None:
    with pytest.raises(Broken) as broken:
        identity.load(folder, "naibu")
    assert broken.value.code == "SKS-N001"
    keyfiles.make_folder(folder)
    with pytest.raises(Broken) as broken:
        identity.load(folder, "naibu")
    assert broken.value.code == "SKS-N001"


def test_creation_that_is_killed_can_be_run_again(folder: Path) -> None:
    def prepare() -> None:
        if folder.exists():
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()

    for _ in kill_points(prepare, lambda: identity.create(folder, "naibu", "S0", NOW)):
        if not (folder / "signing.key").exists():
            identity.create(folder, "naibu", "S0", NOW)
        identity.load(folder, "naibu")
        keyfiles.destroy_leftovers(folder)
        assert os.listdir(folder) == ["signing.key"]
        identity.load(folder, "naibu")


def test_an_administrator_is_found_again(tmp_path: Path) -> None:
    made = identity.create_admin(tmp_path / "kanri.key", "情報政策課長", "S1", NOW)
    found = identity.load_admin(tmp_path / "kanri.key")
    assert (found.name, found.created) == ("情報政策課長", NOW)
    assert found.signing.public == made.signing.public


@pytest.mark.parametrize("name", ["", " ", "\u3000", "a\nb", "a\u202eb", "\u200b", "x" * 101])
def test_names_that_people_could_misread_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput) as invalid:
        identity.create_admin(tmp_path / "kanri.key", name, "S1", NOW)
    assert invalid.value.code == "SKS-N012"


def test_a_card_carries_what_the_node_says_of_itself() -> None:
    found = identity.read_card(CARD)
    assert (found.node, found.zone, found.title) == ("naibu", "lgwan", "内部事務")
    assert (found.generation, found.issued) == (0, NOW)
    assert found.keys == nodes.node("naibu").signing.public


def test_an_administrators_card_carries_its_name_and_keys() -> None:
    found = nodes.admin_cards("総務部長\u3000佐藤")[0]
    assert found.name == "総務部長\u3000佐藤"
    assert found.keys == nodes.admin("総務部長\u3000佐藤").signing.public


@pytest.mark.parametrize(
    ("zone", "title"),
    [("LGWAN", "ok"), ("", "ok"), ("a" * 33, "ok"), ("lgwan\n", "ok"), ("lgwan", ""), ("a", "b\0")],
)
def test_a_card_with_an_unreadable_zone_or_title_is_not_made(zone: str, title: str) -> None:
    with pytest.raises(InvalidInput) as invalid:
        identity.card(nodes.node("naibu"), zone, title, NOW)
    assert invalid.value.code == "SKS-N012"


def test_a_card_signed_by_other_keys_is_refused() -> None:
    payload = dsse.decode(CARD, NODE_CARD_TYPE).payload
    stranger = nodes.keys("stranger").sign(NODE_CARD_TYPE, payload).encode()
    with pytest.raises(Refused) as refused:
        identity.read_card(stranger)
    assert refused.value.code == "SKS-K007"


@pytest.mark.parametrize("which", [0, 1])
def test_both_signatures_of_a_card_must_hold(which: int) -> None:
    envelope = dsse.decode(CARD, NODE_CARD_TYPE)
    signatures = list(envelope.signatures)
    signatures[which] = dsse.Signature(signatures[which].keyid, bytes(64))
    changed = dsse.Envelope(envelope.payload_type, envelope.payload, tuple(signatures))
    with pytest.raises(Refused) as refused:
        identity.read_card(changed.encode())
    assert refused.value.code == "SKS-K008"


def test_one_kind_of_card_is_not_taken_for_the_other() -> None:
    for read, card in (
        (identity.read_admin_card, CARD),
        (identity.read_card, identity.admin_card(nodes.admin("a"), NOW)),
    ):
        with pytest.raises(InvalidInput) as invalid:
            read(card)  # type: ignore[operator]
        assert invalid.value.code == "SKS-K006"


@given(hostile.changed(CARD_PAYLOAD))
def test_only_our_errors_come_out_of_a_changed_card(payload: dict[str, Any]) -> None:
    signing = nodes.node("naibu").signing
    for kind, read in (
        (NODE_CARD_TYPE, identity.read_card),
        (ADMIN_CARD_TYPE, identity.read_admin_card),
    ):
        data = signing.sign(kind, documents.write(payload)).encode()
        try:
            found = read(data)  # type: ignore[operator]
        except SekishoError:
            continue
        assert found.keys == signing.public


@given(st.binary(max_size=200) | hostile.changed(json.loads(CARD)).map(documents.write))
def test_only_our_errors_come_out_of_hostile_bytes(data: bytes) -> None:
    for read in (identity.read_card, identity.read_admin_card):
        try:
            read(data)  # type: ignore[operator]
        except SekishoError:
            continue


WEAK = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("raw", WEAK)
@pytest.mark.parametrize("kind", ["ed25519", "note-ed25519"])
def test_a_key_under_which_anybody_can_sign_is_no_key(kind: str, raw: str) -> None:
    payload = json.loads(json.dumps(CARD_PAYLOAD))
    payload["keys"]["keys"][kind] = documents.b64(bytes.fromhex(raw))
    signed = nodes.node("naibu").signing.sign(NODE_CARD_TYPE, documents.write(payload))
    with pytest.raises(InvalidInput) as invalid:
        identity.read_card(signed.encode())
    assert invalid.value.code == "SKS-K009"
