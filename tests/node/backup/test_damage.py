"""A damaged backup is refused, wherever the damage is; nothing is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faults import desk
from tests.support.backups import Safe, restored
from tests.support.town import Town

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.node.backup import checking
from sekisho.node.backup.keeping import Kept
from sekisho.seal import recovery

TENTHS = range(0, 101, 10)


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path / "safe")


@pytest.fixture
def kept(sqlite_town: Town, safe: Safe) -> Kept:
    desk.hand_in(sqlite_town)
    return safe.back_up(sqlite_town)


def _place(size: int, tenth: int) -> int:
    return min(size - 1, size * tenth // 100)


def test_a_sound_one_says_whose_it_is(kept: Kept, sqlite_town: Town) -> None:
    with checking.opened(kept.data) as found:
        assert found.manifest.node == "internet"
        signer = sqlite_town.nodes["internet"].identity.signing.public
        assert found.manifest.keys.fingerprint == signer.fingerprint
        assert found.manifest.objects == 1


@pytest.mark.parametrize("tenth", TENTHS)
def test_a_changed_byte_is_found(kept: Kept, tenth: int) -> None:
    data = bytearray(kept.data.read_bytes())
    for near in range(3):
        changed = bytearray(data)
        changed[_place(len(data), tenth) - near] ^= 0x41
        kept.data.write_bytes(changed)
        with pytest.raises(SekishoError), checking.opened(kept.data):
            pass


@pytest.mark.parametrize("tenth", TENTHS)
def test_a_cut_is_found(kept: Kept, tenth: int) -> None:
    data = kept.data.read_bytes()
    kept.data.write_bytes(data[: _place(len(data), tenth)])
    with pytest.raises(SekishoError), checking.opened(kept.data):
        pass


def test_what_is_hung_on_is_found(kept: Kept) -> None:
    data = kept.data.read_bytes()
    for more in (b"x", b"\0" * 3_000_000 + b"x", data):
        kept.data.write_bytes(data + more)
        with pytest.raises(SekishoError), checking.opened(kept.data):
            pass


@pytest.mark.parametrize("tenth", TENTHS)
def test_damaged_keys_do_not_open(kept: Kept, safe: Safe, tenth: int) -> None:
    data = bytearray(kept.keys.read_bytes())
    data[_place(len(data), tenth)] ^= 0x41
    kept.keys.write_bytes(data)
    with checking.opened(kept.data) as found, pytest.raises((Refused, InvalidInput)):
        checking.open_keys(kept.keys, safe.key, found.manifest)


def test_another_recovery_key_opens_nothing(kept: Kept, tmp_path: Path) -> None:
    other = recovery.make_key(tmp_path / "other.key", "S1")
    with checking.opened(kept.data) as found, pytest.raises(Refused) as refused:
        checking.open_keys(kept.keys, other, found.manifest)
    assert refused.value.code == "SKS-B015"


def test_nothing_is_restored_from_a_damaged_backup(
    kept: Kept, safe: Safe, sqlite_town: Town, tmp_path: Path
) -> None:
    data = bytearray(kept.data.read_bytes())
    data[len(data) // 2] ^= 1
    kept.data.write_bytes(data)
    with pytest.raises(SekishoError):
        restored(sqlite_town, safe, kept, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_folder_with_a_node_is_left_alone(kept: Kept, safe: Safe, sqlite_town: Town) -> None:
    with pytest.raises(Refused) as refused:
        restored(sqlite_town, safe, kept, sqlite_town.folder / "lgwan")
    assert refused.value.code == "SKS-C006"
