"""The letter of a transfer: what is written reads back, what comes from outside is bounded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import hostile

from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.kernel.ids import new_id
from sekisho.office.transfers.letter import (
    Letter,
    LetterFile,
    ShownDecision,
    read_letter,
    write_letter,
)

LETTER = Letter(
    transfer_id="tr_" + "a2" * 13,
    sender="sato",
    sender_name="佐藤 花子",
    addressees=("suzuki", "tanaka"),
    purpose="固定資産税の通知書の様式\n（二通目）",
    label="機密性2",
    timing="before",
    files=(
        LetterFile("通知/様式.pdf", 1_234, "ab" * 32, "pdf"),
        LetterFile("通知/空.txt", 0, "cd" * 32, "empty"),
    ),
    decisions=(ShownDecision(b"signed event", "suzuki", b"s" * 16),),
    erase_after=datetime(2026, 5, 1, tzinfo=UTC),
    letter_id="lt_" + "b3" * 13,
)
DOCUMENT: dict[str, Any] = json.loads(write_letter(LETTER))


def read(**changes: Any) -> Letter:
    return read_letter(documents.write({**DOCUMENT, **changes}))


def refused(**changes: Any) -> str:
    with pytest.raises(InvalidInput) as reason:
        read(**changes)
    return reason.value.code


def with_file(**changes: Any) -> list[dict[str, Any]]:
    return [{**DOCUMENT["files"][0], **changes}, DOCUMENT["files"][1]]


def test_what_is_written_reads_back() -> None:
    assert read_letter(write_letter(LETTER)) == LETTER


def test_the_bytes_are_these() -> None:
    assert (
        write_letter(replace(LETTER, files=(), decisions=(), purpose="税"))
        == (
            '{"addressees":["suzuki","tanaka"],"decisions":[],"erase_after":"2026-05-01T00:00:00Z",'
            '"files":[],"id":"lt_b3b3b3b3b3b3b3b3b3b3b3b3b3","label":"機密性2",'
            '"purpose":"税","sender":"sato","sender_name":"佐藤 花子",'
            '"timing":"before","transfer":"tr_a2a2a2a2a2a2a2a2a2a2a2a2a2","v":1}'
        ).encode()
    )


REPORTED = replace(
    LETTER,
    files=(replace(LETTER.files[0], report_bytes=300, report_sha256="ef" * 32), LETTER.files[1]),
)
SECOND: dict[str, Any] = json.loads(write_letter(REPORTED))


def test_a_letter_with_a_report_is_of_version_2() -> None:
    assert read_letter(write_letter(REPORTED)) == REPORTED
    assert (DOCUMENT["v"], SECOND["v"]) == (1, 2)
    assert [one["report"] for one in SECOND["files"]] == ["ef" * 32, ""]
    assert [one["report_bytes"] for one in SECOND["files"]] == [300, 0]


ACTED = replace(
    LETTER,
    decisions=(
        replace(LETTER.decisions[0], acting_for="kacho", acting_salt=b"t" * 16),
        replace(LETTER.decisions[0], person="ito"),
    ),
)
THIRD: dict[str, Any] = json.loads(write_letter(ACTED))


def test_a_letter_with_a_decision_in_somebodys_place_is_of_version_3() -> None:
    assert read_letter(write_letter(ACTED)) == ACTED
    assert THIRD["v"] == 3
    assert [one["acting_for"] for one in THIRD["decisions"]] == ["kacho", ""]
    assert [one["acting_salt"] for one in THIRD["decisions"]] == [documents.b64(b"t" * 16), ""]
    assert [one["report"] for one in THIRD["files"]] == ["", ""]
    both = replace(ACTED, files=REPORTED.files)
    assert read_letter(write_letter(both)) == both


def third(**changes: Any) -> list[dict[str, Any]]:
    return [{**THIRD["decisions"][0], **changes}, THIRD["decisions"][1]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        *(({"v": version}, "SKS-K002") for version in (1, 2, 4)),
        ({"decisions": DOCUMENT["decisions"]}, "SKS-K002"),
        ({"decisions": third(acting_salt="")}, "SKS-K002"),
        ({"decisions": third(acting_for="")}, "SKS-K002"),
        ({"decisions": third(acting_for="a\x00")}, "SKS-K002"),
        ({"decisions": third(acting_for="", acting_salt="")}, "SKS-K001"),
    ],
)
def test_a_letter_of_version_3_says_in_whose_place(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as reason:
        read_letter(documents.write({**THIRD, **changes}))
    assert reason.value.code == code


def second(**changes: Any) -> list[dict[str, Any]]:
    return [{**SECOND["files"][0], **changes}, SECOND["files"][1]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"v": 1}, "SKS-K002"),
        ({"v": 3}, "SKS-K002"),
        ({"files": DOCUMENT["files"]}, "SKS-K002"),
        ({"files": second(report_bytes=0)}, "SKS-K002"),
        ({"files": second(report="")}, "SKS-K002"),
        ({"files": second(report="EF" * 32)}, "SKS-K002"),
        ({"files": second(report_bytes=256 * 1024 + 1)}, "SKS-K002"),
        ({"files": second(report="", report_bytes=0)}, "SKS-K001"),
    ],
)
def test_a_letter_of_version_2_says_what_it_carries(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as reason:
        read_letter(documents.write({**SECOND, **changes}))
    assert reason.value.code == code


def test_reports_that_are_too_large_together_are_refused() -> None:
    one = SECOND["files"][0]
    many = [{**one, "path": f"{n}.pdf", "report_bytes": 256 * 1024} for n in range(257)]
    with pytest.raises(InvalidInput) as reason:
        read_letter(documents.write({**SECOND, "files": many}))
    assert reason.value.code == "SKS-K002"
    read_letter(documents.write({**SECOND, "files": many[:256]}))


@given(hostile.changed(SECOND))
def test_a_changed_letter_of_version_2_is_read_or_refused(document: dict[str, Any]) -> None:
    try:
        letter = read_letter(documents.write(document))
    except SekishoError as reason:
        assert isinstance(reason, InvalidInput)
    else:
        assert read_letter(write_letter(letter)) == letter


TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
PATHS = st.lists(
    TEXTS.filter(lambda name: "/" not in name and name not in {".", ".."}), min_size=1, max_size=3
).map("/".join)
FILES = st.builds(
    LetterFile,
    PATHS,
    st.integers(0, 2**40),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    TEXTS,
)
LETTERS = st.builds(
    Letter,
    st.builds(new_id, st.just("tr")),
    TEXTS,
    TEXTS,
    st.lists(TEXTS, max_size=3, unique=True).map(tuple),
    TEXTS,
    TEXTS,
    st.sampled_from(["before", "after"]),
    st.lists(FILES, max_size=4, unique_by=lambda file: file.path).map(tuple),
    st.lists(
        st.builds(ShownDecision, st.binary(max_size=50), TEXTS, st.just(b"s" * 16)), max_size=3
    ).map(tuple),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    letter_id=st.builds(new_id, st.just("lt")),
)


@given(LETTERS)
def test_every_letter_reads_back_and_always_gives_the_same_bytes(letter: Letter) -> None:
    data = write_letter(letter)
    assert read_letter(data) == letter
    assert write_letter(read_letter(data)) == data


@given(hostile.changed(DOCUMENT))
def test_a_changed_letter_is_read_or_refused_by_code(document: dict[str, Any]) -> None:
    try:
        letter = read_letter(documents.write(document))
    except SekishoError as reason:
        assert isinstance(reason, InvalidInput)
    else:
        assert read_letter(write_letter(letter)) == letter


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_by_code(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_letter(data)


@pytest.mark.parametrize("field", DOCUMENT)
def test_no_field_may_be_missing(field: str) -> None:
    document = {key: value for key, value in DOCUMENT.items() if key != field}
    with pytest.raises(InvalidInput) as reason:
        read_letter(documents.write(document))
    assert reason.value.code == "SKS-K002"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"v": 2}, "SKS-K002"),
        ({"extra": 1}, "SKS-K002"),
        ({"transfer": "tr_short"}, "SKS-K003"),
        ({"transfer": "pc_" + "a2" * 13}, "SKS-K003"),
        ({"sender": "x" * 65}, "SKS-K002"),
        ({"sender_name": "x" * 101}, "SKS-K002"),
        ({"addressees": ["x" * 65]}, "SKS-K002"),
        ({"addressees": ["x"] * 501}, "SKS-K002"),
        ({"purpose": "x" * 401}, "SKS-K002"),
        ({"label": "x" * 41}, "SKS-K002"),
        ({"timing": "during"}, "SKS-K002"),
        ({"erase_after": "2026-05-01"}, "SKS-K005"),
        ({"files": with_file(bytes=-1)}, "SKS-K002"),
        ({"files": with_file(bytes=1024**4 + 1)}, "SKS-K002"),
        ({"files": with_file(sha256="AB" * 32)}, "SKS-K002"),
        ({"files": with_file(extra=1)}, "SKS-K002"),
        ({"files": with_file(path="通知/空.txt")}, "SKS-K002"),
        ({"decisions": [{"event": "eA==", "person": "x", "salt": "eA=="}]}, "SKS-K002"),
        ({"decisions": DOCUMENT["decisions"] * 33}, "SKS-K002"),
    ],
)
def test_what_is_out_of_bounds_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refused(**changes) == code


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        ".",
        "a\x00b",
        "a\nb",
        "x" * 256,
        "税" * 86,
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    assert refused(files=with_file(path=path)) == "SKS-V022"


@pytest.mark.parametrize(
    "path", ["..x", "a\\b", "C:x", "con", "\u202etxt.exe", "カ\u3099.txt", "﨑.txt", "x" * 255]
)
def test_a_path_that_only_looks_odd_travels_as_it_is(path: str) -> None:
    assert read(files=with_file(path=path)).files[0].path == path


@pytest.mark.parametrize("field", ["sender", "sender_name", "label", "purpose"])
def test_a_nul_is_no_text(field: str) -> None:
    """PostgreSQL cannot keep one, so a parcel with it would be tried again for ever."""
    assert refused(**{field: "a\x00b"}) == "SKS-K002"


def test_an_addressee_or_an_approver_holds_no_nul() -> None:
    assert refused(addressees=["a\x00b"]) == "SKS-K002"
    decision = {**DOCUMENT["decisions"][0], "person": "a\x00b"}
    assert refused(decisions=[decision]) == "SKS-K002"


def test_nobody_is_addressed_twice() -> None:
    assert refused(addressees=["sato", "sato"]) == "SKS-K002"


def test_a_letter_needs_an_id_that_nobody_guesses() -> None:
    assert refused(id="lt_1") == "SKS-K003"
    assert refused(id="tr_" + "b3" * 13) == "SKS-K003"


def test_there_is_one_form_only() -> None:
    """The digest of a document would otherwise not name one content."""
    data = write_letter(LETTER)
    reordered = json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":"))
    spaced = json.dumps(DOCUMENT, ensure_ascii=False, sort_keys=True)
    escaped = json.dumps(DOCUMENT, sort_keys=True, separators=(",", ":"))
    backwards = dict(reversed(DOCUMENT.items()))
    others = [reordered, spaced, escaped, json.dumps(backwards, ensure_ascii=False)]
    for other in {one.encode() for one in others} | {data + b"\n", b" " + data}:
        if other == data:
            continue
        with pytest.raises(InvalidInput) as reason:
            read_letter(other)
        assert reason.value.code == "SKS-K001"
