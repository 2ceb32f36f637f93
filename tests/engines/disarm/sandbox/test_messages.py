"""What children say is read as what a stranger wrote."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sekisho.disarm import limits
from sekisho.disarm.account import Act, Entry
from sekisho.disarm.engine import Disarmed
from sekisho.disarm.profile import PROFILES
from sekisho.disarm.report import Sandbox
from sekisho.disarm.sandbox.messages import (
    Job,
    Said,
    read_answer,
    read_hello,
    read_job,
    read_kind,
    write_answer,
    write_hello,
    write_job,
    write_kind,
    write_short,
)
from sekisho.disarm.work import Stopped
from sekisho.kernel.errors import InvalidInput

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@given(TEXTS, st.sampled_from(list(PROFILES.values())), st.none() | TEXTS, st.booleans())
def test_a_job_arrives_as_it_was_sent(name: str, profile, password, convert: bool) -> None:  # type: ignore[no-untyped-def]
    job = Job(name, profile, password, convert)
    assert read_job(write_job(job)) == job


def test_a_hello_arrives_as_it_was_sent() -> None:
    assert read_hello(write_hello(Sandbox("full", ("a", "b")))) == Sandbox("full", ("a", "b"))


def test_an_answer_arrives_as_it_was_given() -> None:
    rows = (
        Entry(Act.FOUND, "name", "3ページ", 2, ("12****",)),
        Entry(Act.STOPPED, "member", "a.exe", 1, (), "SKS-D001"),
    )
    said = read_answer(
        write_kind("text") + write_answer(Disarmed("text", "a.txt", "text", rows, 7))
    )
    assert (said.said, said.kind, said.name, said.kind_out) == (Said.DONE, "text", "a.txt", "text")
    assert (said.entries, said.left_out) == (rows, 7)


def test_why_a_file_stopped_arrives_with_its_details() -> None:
    stopped = Stopped("SKS-D010", bytes=5, long="x" * 999, odd="a\ud800")
    said = read_answer(write_kind("zip") + write_answer(Disarmed("zip", "", "", (), 0, stopped)))
    assert said.code == "SKS-D010"
    assert said.detail == {"bytes": "5", "long": "x" * limits.DETAIL_CHARS_MAX, "odd": "a?"}


def test_the_longest_account_fits_and_what_does_not_is_counted() -> None:
    row = Entry(Act.FOUND, "name", "箱" * 200, 3, ("見" * 60,) * 5)
    answer = write_answer(Disarmed("text", "a.txt", "text", (row,) * limits.ENTRIES_MAX, 1))
    said = read_answer(write_kind("text") + answer)
    assert 50 < len(said.entries) < limits.ENTRIES_MAX
    assert said.left_out == 1 + 3 * (limits.ENTRIES_MAX - len(said.entries))


@given(st.binary(max_size=400))
def test_bytes_are_an_answer_or_refused(untrusted: bytes) -> None:
    for data in (untrusted, write_kind("text") + untrusted):
        try:
            read_answer(data)
        except InvalidInput:
            continue
    assert read_kind(untrusted) == "" or untrusted.startswith(read_kind(untrusted).encode())


@given(st.data())
def test_an_answer_with_bytes_changed_is_an_answer_or_refused(data: st.DataObject) -> None:
    rows = (Entry(Act.FOUND, "name", "b", 2, ("12****",)),)
    whole = bytearray(write_kind("text") + write_answer(Disarmed("text", "a", "text", rows, 7)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_answer(bytes(whole))
    except InvalidInput:
        return


def test_short_answers_are_read_too() -> None:
    assert read_answer(write_kind("doc") + write_short(Said.CONVERT)).said is Said.CONVERT
    assert read_answer(write_kind("") + write_short(Said.FAULT, {"fault": "x"})).detail == {
        "fault": "x"
    }
