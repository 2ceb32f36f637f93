"""The vault keys: wrapping, and a rotation that may be killed anywhere."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Broken, Refused, SekishoError
from sekisho.seal import keyfiles, keyring, vaultkeys
from sekisho.seal.keyring import Keyring, key_id_of

SECRET = bytes(range(32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_a_wrapped_secret_opens_again_also_after_a_restart(folder: Path) -> None:
    ring = Keyring.create(folder)
    wrapped = ring.wrap("object ob_1", SECRET)
    assert key_id_of(wrapped) == ring.current_id
    assert SECRET not in wrapped
    assert Keyring.open(folder).unwrap("object ob_1", wrapped) == SECRET


def test_the_same_secret_never_looks_the_same_twice(folder: Path) -> None:
    ring = Keyring.create(folder)
    assert ring.wrap("a", SECRET) != ring.wrap("a", SECRET)


def test_the_layout_is_the_documented_one(folder: Path) -> None:
    """Read with nothing of ours, by docs/formats/vault-v1.md."""
    wrapped = Keyring.create(folder).wrap("a", SECRET)
    (key_file,) = folder.glob("vault-*.key")
    body = key_file.read_bytes()
    key_id = sha256(b"sekisho vault key\x00" + body).digest()[:8]
    assert body[:12] == b"SKSVKEY1" + (1).to_bytes(4)
    assert len(body) == 44
    assert key_file.name == f"vault-{key_id.hex()}.key"
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert wrapped[:9] == b"\x01" + key_id
    assert len(wrapped) == 1 + 8 + 12 + 32 + 16
    bound = b"sekisho wrapped secret\x00" + wrapped[:9] + b"a"
    assert AESGCM(body[12:]).decrypt(wrapped[9:21], wrapped[21:], bound) == SECRET


def test_a_secret_wrapped_years_ago_still_opens(folder: Path) -> None:
    keyfiles.make_folder(folder)
    body = b"SKSVKEY1" + (7).to_bytes(4) + bytes(range(32))
    keyfiles.write_new(folder / "vault-0ab259a374365f9b.key", body)
    wrapped = bytes.fromhex(
        "010ab259a374365f9b000102030405060708090a0b3467bd72b68dad2f5e87dccd9793ad513d2575b59a8c9d"
    )
    assert Keyring.open(folder).unwrap("object ob_1", wrapped) == b"sekisho"


def test_another_context_does_not_open_it(folder: Path) -> None:
    ring = Keyring.create(folder)
    with pytest.raises(Broken) as caught:
        ring.unwrap("object ob_2", ring.wrap("object ob_1", SECRET))
    assert caught.value.code == "SKS-V003"


@given(position=st.integers(0, 68), flip=st.integers(1, 255))
def test_every_changed_byte_is_found(
    tmp_path_factory: pytest.TempPathFactory, position: int, flip: int
) -> None:
    ring = Keyring.create(tmp_path_factory.mktemp("ring") / "keys")
    wrapped = bytearray(ring.wrap("a", SECRET))
    wrapped[position] ^= flip
    with pytest.raises(Broken) as caught:
        ring.unwrap("a", bytes(wrapped))
    assert caught.value.code in {"SKS-V002", "SKS-V003"}


@pytest.mark.parametrize("length", [0, 1, 9, 36])
def test_too_short_to_be_wrapped(folder: Path, length: int) -> None:
    with pytest.raises(Broken) as caught:
        Keyring.create(folder).unwrap("a", b"\x01" * length)
    assert caught.value.code == "SKS-V003"


def test_a_secret_has_a_limit(folder: Path) -> None:
    ring = Keyring.create(folder)
    longest = bytes(keyring.SECRET_BYTES_MAX)
    assert ring.unwrap("a", ring.wrap("a", longest)) == longest
    with pytest.raises(ValueError, match="secret"):
        ring.wrap("a", longest + b"x")


def test_making_a_second_keyring_over_the_first_is_refused(folder: Path) -> None:
    wrapped = Keyring.create(folder).wrap("a", SECRET)
    with pytest.raises(Refused) as caught:
        Keyring.create(folder)
    assert caught.value.code == "SKS-V005"
    assert Keyring.open(folder).unwrap("a", wrapped) == SECRET


def test_a_folder_without_keys_is_broken_not_new(folder: Path) -> None:
    keyfiles.make_folder(folder)
    with pytest.raises(Broken) as caught:
        Keyring.open(folder)
    assert caught.value.code == "SKS-V001"
    with pytest.raises(SekishoError):
        Keyring.open(folder / "nowhere")


def test_a_key_file_open_to_others_is_refused(folder: Path) -> None:
    Keyring.create(folder)
    (key_file,) = folder.glob("vault-*.key")
    key_file.chmod(0o640)
    with pytest.raises(Refused) as caught:
        Keyring.open(folder)
    assert caught.value.code == "SKS-N002"


@pytest.mark.parametrize("damage", [b"", b"x", bytes(44), b"SKSVKEY1" + bytes(36)])
def test_a_damaged_key_file_is_not_used(folder: Path, damage: bytes) -> None:
    Keyring.create(folder)
    (key_file,) = folder.glob("vault-*.key")
    key_file.write_bytes(damage)
    with pytest.raises(Broken) as caught:
        Keyring.open(folder)
    assert caught.value.code == "SKS-V001"


def test_rotation_ends_the_old_key(folder: Path) -> None:
    ring = Keyring.create(folder)
    old_id, old_row = ring.current_id, ring.wrap("a", SECRET)
    assert ring.begin_rotation() == ring.current_id != old_id
    new_row = ring.rewrap("a", old_row)
    assert ring.finish_rotation({key_id_of(new_row)}) == (old_id,)
    assert ring.unwrap("a", new_row) == SECRET
    assert ring.key_ids == {ring.current_id}
    for opener in (ring, Keyring.open(folder)):
        with pytest.raises(Broken) as caught:
            opener.unwrap("a", old_row)
        assert caught.value.code == "SKS-V002"
    assert [path.name for path in sorted(folder.iterdir())] == [
        f"vault-{ring.current_id}.key",
        f"vault-{ring.current_id}.wraps",
    ]


def test_rotation_killed_before_rows_were_wrapped_again(folder: Path) -> None:
    old_row = Keyring.create(folder).wrap("a", SECRET)
    new_id = Keyring.open(folder).begin_rotation()
    ring = Keyring.open(folder)
    assert ring.current_id == new_id
    assert ring.begin_rotation() == new_id, "the unfinished rotation is taken up again"
    assert ring.finish_rotation({key_id_of(old_row)}) == (), "a key in use stays"
    assert ring.unwrap("a", old_row) == SECRET
    assert ring.finish_rotation({key_id_of(ring.rewrap("a", old_row))}) != ()


def test_rotation_killed_before_the_old_key_was_destroyed(folder: Path) -> None:
    ring = Keyring.create(folder)
    old_row = ring.wrap("a", SECRET)
    ring.begin_rotation()
    new_row = ring.rewrap("a", old_row)
    again = Keyring.open(folder)
    assert again.unwrap("a", new_row) == SECRET
    assert again.finish_rotation({key_id_of(new_row)}) == (key_id_of(old_row),)


def test_rotation_killed_while_the_old_key_was_overwritten(folder: Path) -> None:
    ring = Keyring.create(folder)
    old_id = ring.current_id
    ring.begin_rotation()
    row = ring.wrap("a", SECRET)
    (folder / f"vault-{old_id}.key").write_bytes(os.urandom(44))
    again = Keyring.open(folder)
    assert again.unwrap("a", row) == SECRET
    assert again.finish_rotation({key_id_of(row)}) == (old_id,)
    assert not (folder / f"vault-{old_id}.key").exists()


def test_rotation_killed_between_the_key_and_its_counter(folder: Path) -> None:
    ring = Keyring.create(folder)
    ring.wrap("a", SECRET)
    old_id = ring.current_id
    ring.begin_rotation()
    (folder / f"vault-{old_id}.key").unlink()
    assert Keyring.open(folder).finish_rotation(set()) == ()
    assert not (folder / f"vault-{old_id}.wraps").exists()


def test_a_half_written_new_key_is_not_a_key(folder: Path) -> None:
    ring = Keyring.create(folder)
    (folder / f".vault-{'0' * 16}.key.0123456789abcdef.new").write_bytes(b"SKSV")
    assert Keyring.open(folder).key_ids == {ring.current_id}


def test_the_current_key_outlives_a_rotation_without_rows(folder: Path) -> None:
    ring = Keyring.create(folder)
    assert ring.finish_rotation(set()) == ()
    ring.begin_rotation()
    assert len(ring.finish_rotation(set())) == 1
    assert ring.unwrap("a", ring.wrap("a", SECRET)) == SECRET


def test_nothing_is_destroyed_while_a_row_needs_a_missing_key(folder: Path) -> None:
    ring = Keyring.create(folder)
    ring.begin_rotation()
    with pytest.raises(Broken) as caught:
        ring.finish_rotation({"0" * 16})
    assert caught.value.code == "SKS-V002"
    assert len(ring.key_ids) == 2


def test_a_process_that_did_not_rotate_wraps_under_the_new_key(folder: Path) -> None:
    bystander = Keyring.create(folder)
    bystander.wrap("a", SECRET)
    rotating = Keyring.open(folder)
    new_id = rotating.begin_rotation()
    row = bystander.wrap("a", SECRET)
    assert key_id_of(row) == new_id
    rotating.finish_rotation({new_id})
    assert bystander.unwrap("a", row) == SECRET


def test_a_bystander_forgets_a_destroyed_key(folder: Path) -> None:
    bystander = Keyring.create(folder)
    row = bystander.wrap("a", SECRET)
    rotating = Keyring.open(folder)
    rotating.begin_rotation()
    rotating.finish_rotation(set())
    with pytest.raises(Broken):
        bystander.unwrap("a", row)


def test_a_key_ends_after_its_number_of_wraps(folder: Path) -> None:
    ring = Keyring.create(folder)
    counter = folder / f"vault-{ring.current_id}.wraps"
    blocks = vaultkeys.WRAPS_PER_KEY_MAX // vaultkeys.WRAPS_RESERVED
    assert not ring.rotation_due
    counter.touch()
    os.truncate(counter, blocks - 1)
    row = ring.wrap("a", SECRET)
    assert ring.rotation_due
    assert ring.wrap("a", SECRET), "the block that was reserved may be used up"
    again = Keyring.open(folder)
    with pytest.raises(Refused) as caught:
        again.wrap("a", SECRET)
    assert caught.value.code == "SKS-V004"
    assert again.unwrap("a", row) == SECRET
    again.begin_rotation()
    assert again.unwrap("a", again.rewrap("a", row)) == SECRET
    assert not again.rotation_due


def test_wraps_are_counted_in_durable_blocks(folder: Path) -> None:
    ring = Keyring.create(folder)
    counter = folder / f"vault-{ring.current_id}.wraps"
    for _ in range(vaultkeys.WRAPS_RESERVED):
        ring.wrap("a", b"")
    assert counter.stat().st_size == 1
    ring.wrap("a", b"")
    Keyring.open(folder).wrap("a", b"")
    assert counter.stat().st_size == 3


def test_keys_restored_from_a_copy_open_what_they_wrapped(folder: Path, tmp_path: Path) -> None:
    ring = Keyring.create(folder)
    row = ring.wrap("a", SECRET)
    shutil.copytree(folder, tmp_path / "copy")
    shutil.rmtree(folder)
    with pytest.raises(SekishoError):
        ring.unwrap("a", row)
    assert Keyring.open(tmp_path / "copy").unwrap("a", row) == SECRET


def test_no_key_shows_in_a_representation(folder: Path) -> None:
    ring = Keyring.create(folder)
    (key_file,) = folder.glob("vault-*.key")
    shown = repr(ring) + repr(ring._current())
    assert key_file.read_bytes()[12:].hex() not in shown
    assert "AESGCM" not in shown
