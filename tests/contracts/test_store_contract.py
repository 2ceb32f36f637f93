"""What every store must do, whatever it is made of."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from tests.contracts.store_cases import StoreCase

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.limits import MIB
from sekisho.store.protocol import MARKER_NAME, Entry, NotThere

HOSTILE_NAMES = [
    "",
    "/",
    "/etc/passwd",
    "a/",
    "a//b",
    "a/./b",
    "a/../b",
    "..",
    ".tmp-1",
    "a/.hidden",
    "A/b",
    "a b",
    "a\\b",
    "a\x00b",
    "a\n",
    "a:b",
    "受け渡し",
    "a%2fb",
    "a/b.",
    "con",
    "a/nul.txt",
    "a/b/c/d/e/f/g/h/i",
    "a/" + "b" * 199,
    MARKER_NAME,
]


def names(found: list[Entry]) -> list[str]:
    return sorted(one.name for one in found)


def test_what_was_put_is_got_by_another_process(case: StoreCase) -> None:
    name = case.name("nodes/soumu/x.head")
    assert case.store.put(name, b"content") is True
    assert case.again().get(name, 7) == b"content"


def test_a_name_is_written_once(case: StoreCase) -> None:
    name = case.name("once")
    assert case.store.put(name, b"first") is True
    assert case.store.put(name, b"second, longer") is False
    assert case.again().put(name, b"") is False
    assert case.store.get(name, 100) == b"first"
    assert list(case.store.list(name)) == [Entry(name, 5)]


def test_data_may_come_in_pieces(case: StoreCase) -> None:
    name = case.name("pieces")
    case.store.put(name, [b"one ", bytearray(b"two "), memoryview(b"xthree")[1:], b""])
    assert case.store.get(name, 100) == b"one two three"


def test_no_bytes_at_all(case: StoreCase) -> None:
    for number, nothing in enumerate((b"", [], [b"", memoryview(b"")])):
        name = case.name(f"nothing-{number}")
        assert case.store.put(name, nothing) is True
        assert case.store.get(name, 0) == b""
        assert list(case.store.list(name)) == [Entry(name, 0)]


def test_twenty_mebibytes(case: StoreCase) -> None:
    name, data = case.name("large"), os.urandom(MIB) * 20
    assert case.store.put(name, memoryview(data)) is True
    assert case.store.get(name, len(data)) == data
    assert list(case.store.list(name)) == [Entry(name, len(data))]


def test_get_is_bounded(case: StoreCase) -> None:
    name = case.name("bounded")
    case.store.put(name, b"12345")
    assert case.store.get(name, 5) == b"12345"
    with pytest.raises(Refused) as refused:
        case.store.get(name, 4)
    assert refused.value.code == "SKS-S003"


def test_what_is_missing_has_its_own_error(case: StoreCase) -> None:
    case.store.put(case.name("folder/there"), b"x")
    for missing in ("folder/missing", "no-folder/missing", "folder"):
        with pytest.raises(NotThere) as error:
            case.store.get(case.name(missing), 10)
        assert error.value.code == "SKS-S002"


def test_list_shows_what_begins_with_the_prefix(case: StoreCase) -> None:
    there = ["nodes/a/p/x.b00000", "nodes/a/p/x.head", "nodes/a/p/y.head", "nodes/ab/z", "other"]
    case.store.put_many([(case.name(name), name.encode()) for name in there])

    def listed(prefix: str) -> list[str]:
        found = names(list(case.store.list(case.name(prefix))))
        return [name.removeprefix(case.at + "/") for name in found]

    assert listed("") == there
    assert listed("nodes/a/") == there[:3]
    assert listed("nodes/a") == there[:4]
    assert listed("nodes/a/p/x.") == there[:2]
    assert listed("nodes/a/p/x.head") == [there[1]]
    assert listed("nodes/a/p/q") == []
    assert listed("nodes/none/") == []


def test_list_without_prefix_shows_everything_but_the_marker(case: StoreCase) -> None:
    case.store.put(case.name("x"), b"x")
    found = names(list(case.store.list("")))
    assert case.name("x") in found
    assert MARKER_NAME not in found


def test_list_tells_sizes_and_times(case: StoreCase) -> None:
    name = case.name("sized")
    case.store.put(name, b"123")
    (entry,) = case.store.list(name)
    assert entry.bytes == 3
    assert entry.modified is None or entry.modified.tzinfo is not None


def test_list_leaves_out_foreign_names(case: StoreCase) -> None:
    case.store.put(case.name("ours"), b"x")
    for foreign in ("Thumbs.db", ".DS_Store", ".tmp-0123", "受け渡し.txt", "a b", "Deep/x"):
        case.put_foreign(case.name(foreign), b"foreign")
    assert names(list(case.store.list(case.name("")))) == [case.name("ours")]


def test_put_many_answers_in_order(case: StoreCase) -> None:
    todo = [(case.name(f"f{number % 3}/n{number}"), b"%d" % number) for number in range(20)]
    case.store.put(*todo[7])
    assert case.store.put_many(todo) == [number != 7 for number in range(20)]
    assert case.store.put_many(todo) == [False] * 20
    assert all(case.store.get(name, 9) == data for name, data in todo)
    assert case.store.put_many([]) == []


def test_delete_can_be_said_twice(case: StoreCase) -> None:
    name = case.name("folder/gone")
    case.store.put(name, b"x")
    for _ in range(2):
        case.store.delete(name)
        with pytest.raises(NotThere):
            case.store.get(name, 10)
    assert list(case.store.list(case.name(""))) == []
    assert case.store.put(name, b"again") is True


def test_delete_of_what_never_was(case: StoreCase) -> None:
    case.store.delete(case.name("no/such/thing"))
    case.store.delete_many([case.name("nothing"), case.name("no/such/thing")])
    case.store.delete_many([])


def test_delete_many(case: StoreCase) -> None:
    todo = [case.name(f"f{number % 2}/n{number}") for number in range(6)]
    case.store.put_many([(name, b"x") for name in todo])
    case.store.delete_many([*todo[:5], case.name("f0/none")])
    assert names(list(case.store.list(case.name("")))) == [todo[5]]


@pytest.mark.parametrize("hostile", HOSTILE_NAMES)
def test_hostile_names_are_refused(case: StoreCase, hostile: str) -> None:
    for call in (
        lambda: case.store.put(hostile, b"x"),
        lambda: case.store.put_many([(case.name("fine"), b"x"), (hostile, b"x")]),
        lambda: case.store.get(hostile, 10),
        lambda: case.store.delete(hostile),
        lambda: case.store.delete_many([hostile]),
    ):
        with pytest.raises(InvalidInput) as refused:
            call()
        assert refused.value.code == "SKS-S001"


@pytest.mark.parametrize("hostile", ["/", "../", "a/../", "a//", "A", "nodes/*", "受"])
def test_hostile_prefixes_are_refused(case: StoreCase, hostile: str) -> None:
    with pytest.raises(InvalidInput):
        list(case.store.list(hostile))


def test_eight_writers_of_one_name(case: StoreCase) -> None:
    for race in range(3):
        name, start = case.name(f"race-{race}"), Barrier(8)
        stores = [case.again() for _ in range(8)]
        list(stores[0].list(case.name("warm")))

        def write(number: int, name: str = name, start: Barrier = start) -> bool:
            start.wait()
            return stores[number].put(name, b"%d" % number * 1000)  # noqa: B023

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(write, range(8)))
        content = case.store.get(name, 8000)
        assert content == content[:1] * 1000
        assert any(won)
        if case.one_winner:
            assert won.count(True) == 1
            assert won[int(content[:1])]


def test_one_object_from_many_threads(case: StoreCase) -> None:
    todo = [case.name(f"n{number}") for number in range(16)]
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda name: case.store.put(name, name.encode()), todo))
        got = list(pool.map(lambda name: case.store.get(name, 100), todo))
    assert got == [name.encode() for name in todo]


def test_tidy_takes_away_only_old_leftovers(case: StoreCase) -> None:
    if "folder" not in case.store.describe() and "share" not in case.store.describe():
        pytest.skip("a put that is cut off leaves nothing in a bucket")
    case.store.put(case.name("mine/kept"), b"x")
    case.put_foreign(case.name("mine/.tmp-1"), b"cut off")
    case.put_foreign(case.name("theirs/.tmp-1"), b"cut off")
    now = datetime.now(UTC)
    assert case.store.tidy(case.name("mine/"), now - timedelta(hours=1)) == 0
    assert case.store.tidy(case.name("mine/"), now + timedelta(hours=1)) == 1
    assert case.store.tidy(case.name("mine/"), now + timedelta(hours=1)) == 0
    assert case.store.tidy(case.name("theirs/"), now + timedelta(hours=1)) == 1
    assert case.store.tidy(case.name("none/"), now) == 0
    assert case.store.get(case.name("mine/kept"), 10) == b"x"


def test_a_store_describes_itself_without_secrets(case: StoreCase) -> None:
    text = case.store.describe() + repr(case.store)
    assert "\n" not in case.store.describe()
    assert "-pw" not in text
