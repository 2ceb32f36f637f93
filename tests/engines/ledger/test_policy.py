"""Policies: read strictly, written for nodes, judged with the missing witness named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ledger.support import HUB, NODE, RECEIVER, Town, keys_of

from sekisho.kernel.errors import InvalidInput
from sekisho.ledger import cosignature
from sekisho.ledger.body import read_body
from sekisho.ledger.note import NoteKey, read_note
from sekisho.ledger.policy import (
    POLICY_GROUPS_MAX,
    Group,
    Quorum,
    judge_quorum,
    policy_text,
    read_policy,
)


def vkey(label: str, kind: int = 0, suite: str = "S1") -> str:
    return cosignature.witness_keys("hub", keys_of(label, suite).public)[kind].encode()


def log_vkey() -> str:
    return cosignature.log_keys(NODE, keys_of(NODE, "S1").public)[0].encode()


def test_the_example_of_the_specification() -> None:
    """Two groups of three: two of the first and any of the second."""
    lines = [f"log {log_vkey()} https://log.example/", "", "# a comment", "\t  # and another"]
    lines += [f"witness X{i} {vkey(f'x{i}')}" for i in (1, 2, 3)]
    lines.append("group X-witnesses 2 X1 X2 X3")
    lines += [f"witness Y{i} {vkey(f'y{i}', 1)} https://y.example/" for i in (1, 2, 3)]
    lines += ["group Y-witnesses any Y1 Y2 Y3", "  group X-and-Y\tall X-witnesses Y-witnesses  "]
    lines.append("quorum X-and-Y")
    policy = read_policy("\n".join(lines).encode() + b"\n")
    assert policy.groups["X-witnesses"] == Group(2, ("X1", "X2", "X3"))
    assert policy.groups["Y-witnesses"] == Group(1, ("Y1", "Y2", "Y3"))
    assert policy.groups["X-and-Y"].threshold == policy.required() == 2
    assert len(policy.witnesses) == 6
    assert [key.encode() for key in policy.logs_of("sekisho/lgwan")] == [log_vkey()]


def test_a_single_witness_and_none_are_quorums_too() -> None:
    one = read_policy(f"witness W {vkey('w')}\nquorum W\n".encode())
    assert one.required() == 1
    assert read_policy(b"quorum none").required() == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        ("quorum missing", 1),
        ("quorum none\nquorum none", 3),
        ("group g any", 1),
        ("group g any nobody", 1),
        ("group g 1 none", 1),
        ("group none any W", 2),
        ("group g 0 W", 2),
        ("group g 2 W", 2),
        ("group g 01 W", 2),
        ("group g ² W", 2),
        ("group g most W", 2),
        ("group W any W", 2),
        ("group g any W W", 2),
        ("group g any W\ngroup h any W", 3),
        ("witness W {other}", 2),
        ("witness none {other}", 2),
        ("witness V {same}", 2),
        ("witness V {log}", 2),
        ("log {other}", 2),
        ("log {log}\nlog {log}", 3),
        ("log", 2),
        ("witness V", 2),
        ("unknown W", 2),
        ("quorum W extra", 2),
        ("bell\x07", 2),
        ("delete\x7f", 2),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(text: str, line: int) -> None:
    filled = text.format(other=vkey("other"), same=vkey("w"), log=log_vkey())
    begin = f"witness W {vkey('w')}\n" if line > 1 or "{" in text else ""
    with pytest.raises(InvalidInput) as caught:
        read_policy((begin + filled).encode())
    assert caught.value.code == "SKS-L030"
    assert caught.value.params["line"] == line


def test_a_policy_has_bounds() -> None:
    deep = [f"witness W {vkey('w')}", "group g0 any W"]
    deep += [f"group g{i} any g{i - 1}" for i in range(1, POLICY_GROUPS_MAX + 1)]
    for text in ("\n" * 2000, "#" * 300_000, "\n".join(deep), "\ud800"):
        with pytest.raises(InvalidInput) as caught:
            read_policy(text.encode(errors="surrogatepass"))
        assert caught.value.code == "SKS-L030"


@given(st.text(max_size=200))
def test_hostile_policies_are_refused(text: str) -> None:
    try:
        read_policy(text.encode(errors="surrogatepass"))
    except InvalidInput as error:
        assert error.code in ("SKS-L030", "SKS-L021")


@given(
    st.lists(st.sampled_from(["group", "g", "h", "any", "all", "1", "W", "quorum", "none", "\n"]))
)
def test_lines_of_known_words_never_crash(words: list[str]) -> None:
    text = f"witness W {vkey('w')}\n" + " ".join(words)
    try:
        read_policy(text.encode())
    except InvalidInput as error:
        assert error.code == "SKS-L030"


def judged(town: Town, threshold: int, witnesses: tuple[str, ...]) -> Quorum:
    note = read_note(town.note(witnesses=witnesses))
    return judge_quorum(read_policy(town.policy(threshold)), note, read_body(note.text))


@pytest.mark.parametrize("suite", ["S0", "S1"])
def test_a_quorum_names_who_is_there_and_who_is_missing(suite: str) -> None:
    town = Town(suite)
    both = judged(town, 2, (HUB, RECEIVER))
    assert (both.reached, both.present, both.missing) == (
        True,
        ("sekisho/hub", "sekisho/mynumber"),
        (),
    )
    one = judged(town, 2, (HUB,))
    assert (one.reached, one.present, one.missing) == (
        False,
        ("sekisho/hub",),
        ("sekisho/mynumber",),
    )
    assert judged(town, 1, (RECEIVER,)).reached
    assert judged(town, 0, ()).reached


def test_a_witness_with_half_its_signatures_counts_as_missing() -> None:
    town = Town("S1")
    note = read_note(town.note(witnesses=(HUB, RECEIVER)))
    kept = tuple(one for one in note.signatures if not _is_ml_dsa_of_hub(one.name, one.signature))
    half = type(note)(note.text, kept)
    quorum = judge_quorum(read_policy(town.policy(2)), half, read_body(note.text))
    assert not quorum.reached
    assert quorum.missing == ("sekisho/hub",)


def _is_ml_dsa_of_hub(name: str, signature: bytes) -> bool:
    return name == "sekisho/hub" and len(signature) > 100


def test_a_threshold_that_cannot_be_met_is_not_written() -> None:
    keys: list[list[NoteKey]] = []
    with pytest.raises(InvalidInput) as caught:
        policy_text([], keys, 1)
    assert caught.value.code == "SKS-L030"
