"""The vault: what goes in comes out, and nothing else ever does."""

from __future__ import annotations

import hmac
import os
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.utils import Buffer
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Broken, InvalidInput, Unavailable
from sekisho.kernel.limits import MIB
from sekisho.seal.intake import SourceChanged, again_if_changed, open_source
from sekisho.seal.vault import SYNC_TOGETHER_MAX, Deposited, Swept, Vault
from sekisho.seal.vaultobject import FLUSH_SEGMENTS, HEADER_BYTES

SEGMENT = MIB - 32
WRITTEN_YEARS_AGO = "35cdc68f927879e0909880b60a60b87c289aba009289a8f4043eef7511501cbe"
SIZES = (0, 1, 20_000, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 1, 5_000_000)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "vault")


def content(vault: Vault, found: Deposited) -> bytes:
    return b"".join(vault.read(found.object_id, found.data_key))


def file_of(tmp_path: Path, found: Deposited) -> Path:
    return tmp_path / "vault" / "objects" / found.object_id[3:5] / found.object_id


def files_in(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "vault").rglob("*") if path.is_file()]


def cut(data: bytes, size: int) -> Iterator[memoryview]:
    for at in range(0, len(data), size):
        yield memoryview(data)[at : at + size]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_goes_in_comes_out(tmp_path: Path, size: int, threads: int) -> None:
    vault = Vault.create(tmp_path / "vault", threads)
    data = os.urandom(size)
    found = vault.deposit(cut(data, 300_000))
    assert (found.bytes, found.sha256) == (size, sha256(data).hexdigest())
    assert content(vault, found) == data
    assert content(Vault(tmp_path / "vault"), found) == data, "also after a restart"
    assert list(vault.object_ids()) == [found.object_id]
    assert files_in(tmp_path) == [file_of(tmp_path, found)]


@given(
    pieces=st.lists(st.integers(0, 3).map(lambda n: n * 700_001) | st.integers(0, 99), max_size=6)
)
def test_any_cut_of_the_source_gives_the_same_object(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[int]
) -> None:
    vault = Vault.create(tmp_path_factory.mktemp("any") / "vault")
    data = bytes(range(256)) * (sum(pieces) // 256 + 1)
    ends = [sum(pieces[: at + 1]) for at in range(len(pieces))]
    reused = bytearray(max(pieces, default=0))

    def source() -> Iterator[memoryview]:
        """One buffer, used again for every piece."""
        for end, size in zip(ends, pieces, strict=True):
            reused[:size] = data[end - size : end]
            yield memoryview(reused)[:size]

    found = vault.deposit(source())
    expected = data[: sum(pieces)]
    assert (found.bytes, found.sha256) == (len(expected), sha256(expected).hexdigest())
    assert content(vault, found) == expected


def test_pieces_that_were_read_stay_as_they_are(vault: Vault) -> None:
    data = os.urandom(6 * MIB)
    found = vault.deposit([data])
    pieces = list(vault.read(found.object_id, found.data_key))
    assert all(memoryview(piece).nbytes <= MIB for piece in pieces)
    assert b"".join(pieces) == data


def test_the_same_content_never_looks_the_same_twice(vault: Vault, tmp_path: Path) -> None:
    data = bytes(2 * MIB)
    one, other = vault.deposit_many([[data], [data]])
    assert one.sha256 == other.sha256
    assert one.data_key != other.data_key
    first, second = (file_of(tmp_path, found).read_bytes() for found in (one, other))
    assert first[50:] != second[50:]
    assert bytes(64) not in first


class Documented:
    """An object by docs/formats/vault-v1.md alone, with nothing of ours."""

    def __init__(self, object_id: str, data_key: bytes, iv: bytes) -> None:
        self._prefix = bytes.fromhex("00000010000000000020")
        self._info = (self._prefix + iv, b"sekisho vault object\x00" + object_id.encode())
        tag = self._derive(data_key, b"HEADER_TAG:", 32)
        message_key = self._derive(data_key, b"MESSAGE_KEY:", 48)
        self.header = b"SKSVOBJ1" + self._prefix + iv + tag
        self._cipher = AESGCM(self._derive(message_key, b"DEK:" + bytes(8), 32))

    def _derive(self, key: bytes, purpose: bytes, size: int) -> bytes:
        info = self._info[0] + purpose + self._info[1]
        first = hmac.digest(key, info + b"\x01", "sha384")
        return (first + hmac.digest(key, first + info + b"\x02", "sha384"))[:size]

    def seal(self, number: int, iv: bytes, plain: bytes, last: bool) -> bytes:
        length = (len(plain) + 32).to_bytes(4) if last else b"\xff\xff\xff\xff"
        place = number.to_bytes(8) + bytes([last])
        return length + iv + self._cipher.encrypt(iv, plain, place)


@pytest.mark.parametrize("size", [0, 1, SEGMENT, SEGMENT + 7])
def test_the_layout_is_the_documented_one(vault: Vault, tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    found = vault.deposit([data])
    file = file_of(tmp_path, found).read_bytes()
    expected = Documented(found.object_id, found.data_key, file[18:50])
    parts = [data[at : at + SEGMENT] for at in range(0, max(1, size), SEGMENT)]
    ivs = [file[82 + at * MIB :][4:16] for at in range(len(parts))]
    segments = [
        expected.seal(number, ivs[number], part, number == len(parts) - 1)
        for number, part in enumerate(parts)
    ]
    assert file == expected.header + b"".join(segments)


def test_an_object_written_years_ago_still_opens(vault: Vault, tmp_path: Path) -> None:
    found = Deposited("ob_" + "a" * 26, bytes(range(32)), 7, sha256(b"sekisho").hexdigest())
    written = Documented(found.object_id, found.data_key, bytes(32))
    sealed = written.header + written.seal(0, bytes(12), b"sekisho", last=True)
    assert sha256(sealed).hexdigest() == WRITTEN_YEARS_AGO
    file_of(tmp_path, found).parent.mkdir()
    file_of(tmp_path, found).write_bytes(sealed)
    assert content(vault, found) == b"sekisho"


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Vault, Deposited, Path, bytes]:
    folder = tmp_path_factory.mktemp("damaged")
    vault = Vault.create(folder / "vault")
    found = vault.deposit([bytes(2 * SEGMENT + 1000)])
    file = file_of(folder, found)
    return vault, found, file, file.read_bytes()


def refused(damaged: tuple[Vault, Deposited, Path, bytes], sealed: bytes) -> bool:
    vault, found, file, _ = damaged
    file.write_bytes(sealed)
    with pytest.raises(Broken) as caught:
        content(vault, found)
    return caught.value.code == "SKS-V011"


@given(data=st.data(), flip=st.integers(1, 255))
def test_every_changed_byte_is_found(
    damaged: tuple[Vault, Deposited, Path, bytes], data: st.DataObject, flip: int
) -> None:
    changed = bytearray(damaged[3])
    borders = [0, 8, HEADER_BYTES, HEADER_BYTES + MIB, HEADER_BYTES + 2 * MIB]
    near = st.sampled_from(borders).flatmap(lambda at: st.integers(at, at + 20))
    at = data.draw(near | st.integers(0, len(changed) - 1))
    changed[at] ^= flip
    assert refused(damaged, bytes(changed))


@given(data=st.data())
def test_every_truncation_is_found(
    damaged: tuple[Vault, Deposited, Path, bytes], data: st.DataObject
) -> None:
    sealed = damaged[3]
    borders = [0, HEADER_BYTES, HEADER_BYTES + MIB, HEADER_BYTES + 2 * MIB]
    near = st.sampled_from(borders).flatmap(lambda at: st.integers(max(0, at - 3), at + 33))
    length = data.draw(near | st.integers(0, len(sealed) - 1))
    assert refused(damaged, sealed[: min(length, len(sealed) - 1)])


def test_swapped_doubled_and_added_segments_are_found(
    damaged: tuple[Vault, Deposited, Path, bytes],
) -> None:
    sealed = damaged[3]
    head, first = sealed[:HEADER_BYTES], sealed[HEADER_BYTES : HEADER_BYTES + MIB]
    second, last = sealed[HEADER_BYTES + MIB :][:MIB], sealed[HEADER_BYTES + 2 * MIB :]
    for altered in (
        head + second + first + last,
        head + first + first + last,
        head + first + last,
        sealed + last,
        sealed + b"\x00",
        sealed + bytes(MIB),
    ):
        assert refused(damaged, altered)
    damaged[2].write_bytes(sealed)
    assert content(damaged[0], damaged[1]) == bytes(2 * SEGMENT + 1000)


def test_another_key_or_another_objects_file_does_not_open(vault: Vault, tmp_path: Path) -> None:
    one, other = vault.deposit_many([[b"one"], [b"other"]])
    with pytest.raises(Broken) as caught:
        list(vault.read(one.object_id, other.data_key))
    assert caught.value.code == "SKS-V011"
    file_of(tmp_path, other).replace(file_of(tmp_path, one))
    with pytest.raises(Broken) as caught:
        list(vault.read(one.object_id, other.data_key))
    assert caught.value.code == "SKS-V011"


def test_a_missing_object_is_told_and_removing_it_again_is_fine(vault: Vault) -> None:
    found = vault.deposit([b"x"])
    vault.remove(found.object_id)
    vault.remove(found.object_id)
    with pytest.raises(Broken) as caught:
        content(vault, found)
    assert caught.value.code == "SKS-V010"


@pytest.mark.parametrize(
    "object_id", ["", "../../keys/x", "ob_", "pc_" + "a" * 26, "ob_" + "A" * 26]
)
def test_only_ids_of_objects_are_looked_for(vault: Vault, object_id: str) -> None:
    for call in (lambda: list(vault.read(object_id, bytes(32))), lambda: vault.remove(object_id)):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert caught.value.code == "SKS-K003"


def test_a_folder_that_is_no_vault_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(Broken) as caught:
        Vault(tmp_path / "not mounted")
    assert caught.value.code == "SKS-V014"


class Stopped(Exception):
    """What the source of a deposit raises here."""


def stopping(after_bytes: int) -> Iterator[bytes]:
    for _ in range(after_bytes // 1000):
        yield bytes(1000)
    raise Stopped


@pytest.mark.parametrize("after_bytes", [0, 1000, MIB, 9 * MIB])
def test_an_interrupted_deposit_leaves_nothing(
    vault: Vault, tmp_path: Path, after_bytes: int
) -> None:
    with pytest.raises(Stopped):
        vault.deposit(stopping(after_bytes))
    assert files_in(tmp_path) == []
    before = len(os.listdir("/proc/self/fd"))
    sources: list[Iterable[bytes]] = [[b"small"]] * (SYNC_TOGETHER_MAX + 1)
    with pytest.raises(Stopped):
        vault.deposit_many([*sources, [bytes(2 * MIB)], stopping(after_bytes)])
    assert files_in(tmp_path) == [], "all of a batch or nothing"
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_deposit_can_be_stopped_from_its_progress(vault: Vault, tmp_path: Path) -> None:
    def stop(taken: int) -> None:
        if taken > 3 * MIB:
            raise Stopped

    with pytest.raises(Stopped):
        vault.deposit([bytes(40 * MIB)], stop)
    assert files_in(tmp_path) == []


def test_reading_can_be_given_up(vault: Vault) -> None:
    found = vault.deposit([bytes(20 * MIB)])
    before = len(os.listdir("/proc/self/fd"))
    reading = vault.read(found.object_id, found.data_key)
    next(reading)
    del reading
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("size", [0, 1, 3 * MIB + 5])
def test_reading_begins_anywhere_and_opens_nothing_before(vault: Vault, size: int) -> None:
    data = os.urandom(size)
    found = vault.deposit([data])
    for start in {
        0,
        1,
        size // 2,
        MIB - 40,
        MIB,
        2 * MIB + 1,
        size - 1,
        size,
        size + 1,
        size + MIB,
    }:
        if start >= 0:
            read = b"".join(map(bytes, vault.read(found.object_id, found.data_key, start)))
            assert read == data[start:], start


def test_reading_from_the_middle_still_finds_what_was_cut_off(vault: Vault, tmp_path: Path) -> None:
    found = vault.deposit([bytes(3 * MIB)])
    path = file_of(tmp_path, found)
    data = path.read_bytes()
    path.write_bytes(data[: 2 * MIB])
    with pytest.raises(Broken) as cut_off:
        list(vault.read(found.object_id, found.data_key, MIB + 1))
    assert cut_off.value.code == "SKS-V011"
    # What lies before the place is not looked at: a damaged beginning does no harm there.
    path.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
    assert len(b"".join(map(bytes, vault.read(found.object_id, found.data_key, 2 * MIB)))) == MIB


def test_the_room_on_the_disk_is_told(vault: Vault) -> None:
    assert vault.free_bytes() > 0


def test_progress_counts_over_all_sources(vault: Vault) -> None:
    taken: list[int] = []
    sizes = [10, 0, 3 * SEGMENT, 5]
    vault.deposit_many([[bytes(size)] for size in sizes], taken.append)
    assert taken == sorted(taken)
    assert taken[-1] == sum(sizes)
    assert len(taken) == 1 + 1 + 3 + 1


def test_a_batch_lies_in_one_folder_and_may_be_empty(vault: Vault, tmp_path: Path) -> None:
    assert vault.deposit_many([]) == []
    many = vault.deposit_many([str(n).encode()] for n in range(SYNC_TOGETHER_MAX * 2 + 1))
    assert [content(vault, found) for found in many] == [str(n).encode() for n in range(len(many))]
    assert len({found.object_id for found in many}) == len(many)
    assert len({file.parent for file in files_in(tmp_path)}) == 1
    assert {file.stat().st_mode & 0o777 for file in files_in(tmp_path)} == {0o600}


def test_an_object_large_enough_to_be_stored_while_it_is_sealed(vault: Vault) -> None:
    piece = os.urandom(MIB)
    count = FLUSH_SEGMENTS + 2
    found = vault.deposit(piece for _ in range(count))
    digest = sha256()
    for part in vault.read(found.object_id, found.data_key):
        digest.update(part)
    assert digest.hexdigest() == found.sha256 == sha256(piece * count).hexdigest()


def test_memory_does_not_grow_with_the_object(vault: Vault) -> None:
    piece = bytes(MIB)
    tracemalloc.start()
    try:
        found = vault.deposit(piece for _ in range(150))
        for _ in vault.read(found.object_id, found.data_key):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40 * MIB


def test_threads_may_share_a_vault(vault: Vault) -> None:
    def round_trip(number: int) -> bool:
        data = os.urandom(number * 300_000)
        return content(vault, vault.deposit([data])) == data

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(round_trip, range(12)))


@pytest.fixture
def files_end_at_3_mib() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * MIB, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("files_end_at_3_mib")
def test_a_full_disk_can_be_tried_again_and_leaves_nothing(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        vault.deposit(bytes(MIB) for _ in range(40))
    assert caught.value.code == "SKS-V012"
    assert files_in(tmp_path) == []
    assert content(vault, vault.deposit([b"small"])) == b"small"


KILLED = """
import os, sys
from pathlib import Path
from sekisho.seal.vault import Vault
def source():
    for _ in range(20):
        yield bytes(2**20)
    os.kill(os.getpid(), 9)
Vault(Path(sys.argv[1])).deposit_many([[b"small"], source()])
"""


def test_a_killed_deposit_leaves_what_a_sweep_removes(vault: Vault, tmp_path: Path) -> None:
    kept = vault.deposit([b"kept"])
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "vault")], check=False)
    assert len(files_in(tmp_path)) == 3
    assert list(vault.object_ids()) == [kept.object_id]
    later = datetime.now(UTC) + timedelta(hours=3)
    swept = vault.sweep({kept.object_id}, timedelta(hours=2), later)
    assert (swept.leftovers, swept.orphans) == (2, 0)
    assert swept.bytes > MIB
    assert files_in(tmp_path) == [file_of(tmp_path, kept)]


def test_a_sweep_leaves_the_young_the_known_and_the_strange(vault: Vault, tmp_path: Path) -> None:
    known, orphan = vault.deposit([b"known"]), vault.deposit([b"orphan"])
    strange = file_of(tmp_path, known).with_name("README")
    strange.write_text("put here by somebody")
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    assert vault.sweep({known.object_id}, hour, now) == Swept(0, 0, 0)
    size = file_of(tmp_path, orphan).stat().st_size
    assert vault.sweep({known.object_id}, hour, now + 2 * hour) == Swept(0, 1, size)
    assert list(vault.object_ids()) == [known.object_id]
    assert strange.exists()
    with pytest.raises(ValueError, match="younger"):
        vault.sweep(set(), timedelta(minutes=59), now)


def test_a_file_from_the_disk_that_changed_once(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(3 * MIB))
    changes = iter([b"changed"])

    def deposit() -> Deposited:
        def source() -> Iterator[Buffer]:
            for piece in open_source("a", tmp_path).read():
                if change := next(changes, b""):
                    (tmp_path / "a").write_bytes(change)
                yield piece

        return vault.deposit(source())

    found = again_if_changed(deposit)
    assert content(vault, found) == b"changed"
    assert list(vault.object_ids()) == [found.object_id]
    changes = iter([b"again", b"and again"])
    with pytest.raises(SourceChanged):
        again_if_changed(deposit)


def test_a_key_does_not_show(vault: Vault) -> None:
    found = vault.deposit([b"x"])
    assert repr(found.data_key)[2:-1] not in repr(found)
    assert "data_key" not in repr(found)
