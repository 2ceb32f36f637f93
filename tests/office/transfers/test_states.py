"""The table of states and verbs: what does not stand in it does not happen, and all is used."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sekisho.office.transfers
from sekisho.kernel.errors import Refused
from sekisho.office.transfers import states
from sekisho.office.transfers.states import TRANSITIONS, WORDS, ArrivalState, State, Verb, after

ROOM = Path(sekisho.office.transfers.__file__).parent
ENDS = {State.EXPIRED}


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("state", State)
def test_a_step_is_in_the_table_or_refused(state: State, verb: Verb) -> None:
    if (state, verb) in TRANSITIONS:
        assert after(state, verb) is TRANSITIONS[state, verb]
        assert after(state.value, verb) is TRANSITIONS[state, verb]
        return
    with pytest.raises(Refused) as refused:
        after(state, verb)
    assert refused.value.code == "SKS-T010"
    assert WORDS[state][0] in refused.value.explain("ja").what
    assert WORDS[state][1] in refused.value.explain("en").what


def test_every_state_is_reached_from_a_draft() -> None:
    reached, waiting = {State.DRAFT}, [State.DRAFT]
    while waiting:
        here = waiting.pop()
        fresh = {to for (state, _), to in TRANSITIONS.items() if state == here} - reached
        reached |= fresh
        waiting += fresh
    assert reached == set(State)


def test_every_state_leads_to_erasure() -> None:
    ending = set(ENDS)
    while grown := {s for (s, _), to in TRANSITIONS.items() if to in ending} - ending:
        ending |= grown
    assert ending == set(State)


def test_nothing_comes_after_erasure() -> None:
    assert {state for state, _ in TRANSITIONS} & ENDS == set()


def test_only_a_release_opens_the_way_out() -> None:
    to_ready = {(state, verb) for (state, verb), to in TRANSITIONS.items() if to is State.READY}
    assert {verb for _, verb in to_ready} == {Verb.RELEASE, Verb.RESEND}
    assert {state for state, verb in to_ready if verb is Verb.RELEASE} == {State.WAITING}
    released = {State.SEALING, State.SENT, State.REFUSED}
    assert {state for state, verb in to_ready if verb is Verb.RESEND} == released
    assert {s for (s, _), to in TRANSITIONS.items() if to is State.SEALING} == {State.READY}


def test_nothing_is_withdrawn_once_it_may_have_arrived() -> None:
    withdrawable = {state for state, verb in TRANSITIONS if verb is Verb.WITHDRAW}
    assert withdrawable.isdisjoint({State.SEALING, State.SENT, State.RECEIVED})


def test_every_verb_is_used_by_an_action() -> None:
    used = {
        node.attr
        for file in (ROOM / "actions").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Verb"
    }
    assert used == {verb.name for verb in Verb}


def test_states_are_changed_through_the_table_alone() -> None:
    """`state=` in an action is a first state, a filter, or comes from `after`."""
    allowed = ("after(", "State.DRAFT", "State.READY", "State.SEALING", "ArrivalState.", "post.")
    strange = [
        f"{file.name}: {ast.unparse(value)}"
        for file in (ROOM / "actions").glob("*.py")
        for value in _values_given_to_state(ast.parse(file.read_text("utf-8")))
        if not ast.unparse(value).startswith(allowed)
    ]
    assert strange == []


def _values_given_to_state(tree: ast.AST) -> list[ast.expr]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr == "state":
                    found.append(node.value)
    return found


def test_every_state_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == {*(state.value for state in State), *(s.value for s in ArrivalState)}
    for japanese, english in WORDS.values():
        assert japanese and not japanese.isascii()
        assert english and english.isascii()


def test_no_two_states_of_one_side_share_a_word() -> None:
    for side in (State, ArrivalState):
        for language in (0, 1):
            words = [WORDS[state][language] for state in side]
            assert len(set(words)) == len(words)


def test_what_ended_early_is_over_for_the_sender() -> None:
    for state in states.ENDED_EARLY:
        assert {verb for (one, verb) in TRANSITIONS if one == state} == {Verb.EXPIRE}
