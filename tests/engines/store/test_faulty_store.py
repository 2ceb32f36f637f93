"""The fault wrapper itself: each fault shows, the seed replays, and trying again gets through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from tests.contracts.store_cases import NOW, folder_case
from tests.support.faulty_store import Call, CountingStore, Faults, FaultyStore

from sekisho.kernel.errors import SekishoError, Unavailable
from sekisho.store.protocol import NotThere, Store

T = TypeVar("T")
EVERYTHING = Faults(
    error_before=0.2,
    error_after=0.2,
    partial=0.2,
    late=0.3,
    stale=0.3,
    shuffled=True,
    duplicated=0.3,
)


def faulty(folder: Path, faults: Faults, seed: int = 1) -> FaultyStore:
    return FaultyStore(folder_case(folder).store, faults, seed, folder)


def persist(call: Callable[[], T]) -> T:
    """As the workers do: try again until it goes through."""
    for _ in range(100):
        try:
            return call()
        except NotThere:
            raise
        except Unavailable:
            continue
    raise AssertionError("never went through")


def names(store: Store) -> list[str]:
    return [entry.name for entry in persist(lambda: list(store.list("")))]


def test_an_error_before_does_nothing_and_one_after_does_everything(tmp_path: Path) -> None:
    for fault, done in (("error_before", False), ("error_after", True)):
        store = faulty(tmp_path / fault, Faults(**{fault: 1.0}))
        with pytest.raises(Unavailable):
            store.put("x", b"x")
        store.heal()
        assert store.put("x", b"x") is not done


def test_a_put_that_is_cut_off_leaves_a_temporary_file(tmp_path: Path) -> None:
    store = faulty(tmp_path / "s", Faults(partial=1.0))
    with pytest.raises(Unavailable):
        store.put("a/x", b"0123456789")
    assert list(store.list("")) == []
    assert [path.name[:5] for path in (tmp_path / "s" / "a").iterdir()] == [".tmp-"]
    store.heal()
    assert store.put("a/x", b"0123456789")
    assert store.tidy("a/", NOW.replace(year=NOW.year + 50)) == 1


def test_listings_are_late_and_stale_for_a_while(tmp_path: Path) -> None:
    store = faulty(tmp_path / "s", Faults(late=1.0, stale=1.0, late_listings=2))
    store.put("x", b"x")
    assert [names(store) for _ in range(3)] == [[], [], ["x"]]
    store.delete("x")
    assert [names(store) for _ in range(3)] == [["x"], ["x"], []]


def test_listings_repeat_and_reorder(tmp_path: Path) -> None:
    store = faulty(tmp_path / "s", Faults(shuffled=True, duplicated=1.0))
    store.put_many([(f"n{number}", b"") for number in range(9)])
    assert sorted(names(store)) == sorted([f"n{number}" for number in range(9)] * 2)
    assert len({tuple(names(store)) for _ in range(5)}) > 1


def test_a_full_store_and_one_that_vanishes(tmp_path: Path) -> None:
    store = faulty(tmp_path / "s", Faults(bytes_max=10, vanishes_at_call=3))
    store.put("a", b"12345678")
    with pytest.raises(Unavailable) as full:
        store.put("b", b"12345678")
    assert full.value.code == "SKS-S009"
    store.put("c", b"12")
    with pytest.raises(Unavailable) as gone:
        store.get("a", 10)
    assert gone.value.code == "SKS-S004"
    store.come_back()
    assert store.get("a", 10) == b"12345678"


def played(folder: Path, seed: int) -> list[str]:
    store, seen = faulty(folder, EVERYTHING, seed), []
    for number in range(30):
        for call in (
            lambda n=number: store.put(f"n{n}", b"x" * n),
            lambda: [entry.name for entry in store.list("")],
            lambda n=number: store.delete(f"n{n // 2}"),
        ):
            try:
                seen.append(str(call()))
            except SekishoError as error:
                seen.append(error.code + str(error.params.get("reason")))
    return seen


def test_the_seed_replays(tmp_path: Path) -> None:
    first, again, other = (
        played(tmp_path / name, seed) for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )
    assert [sorted(one) for one in first] == [sorted(one) for one in again]
    assert first != other


@pytest.mark.parametrize("seed", range(20))
def test_who_tries_again_gets_through(tmp_path: Path, seed: int) -> None:
    store = faulty(tmp_path / "s", EVERYTHING, seed)
    wanted = {f"n{number}": b"%d" % number for number in range(10)}
    for name, data in wanted.items():
        persist(lambda name=name, data=data: store.put(name, data))
    persist(lambda: store.delete("n0"))
    assert {name: persist(lambda name=name: store.get(name, 9)) for name in list(wanted)[1:]} == {
        name: data for name, data in wanted.items() if name != "n0"
    }
    store.heal()
    assert set(names(store)) == set(wanted) - {"n0"}


def test_the_hook_sees_every_call(tmp_path: Path) -> None:
    seen: list[Call] = []
    store = CountingStore(folder_case(tmp_path / "s").store, seen.append)
    store.put("a", b"x")
    store.put_many([("b", b"x"), ("c", b"x")])
    list(store.list(""))
    store.get("a", 1)
    store.delete("a")
    store.delete_many(["b", "c"])
    store.tidy("a/", NOW)
    verbs = ["put", "put_many", "list", "get", "delete", "delete_many", "tidy"]
    assert [(call.number, call.moment, call.verb) for call in seen] == [
        (number, moment, verb)
        for number, verb in enumerate(verbs)
        for moment in ("before", "after")
    ]
    assert seen[2].name == "b c"


def test_a_hook_can_stop_the_world_before_and_after(tmp_path: Path) -> None:
    inner = folder_case(tmp_path / "s").store

    class Stopped(BaseException):
        pass

    for moment, there in (("before", []), ("after", ["x"])):

        def hook(call: Call, moment: str = moment) -> None:
            if call.moment == moment:
                raise Stopped

        with pytest.raises(Stopped):
            CountingStore(inner, hook).put("x", b"x")
        assert [entry.name for entry in inner.list("")] == there
