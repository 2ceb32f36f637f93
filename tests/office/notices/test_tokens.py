"""Tokens of machines: their digest alone is kept, and they allow what was said and no more."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from tests.support import acts
from tests.support.town import Town, days

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.node.opening import Node
from sekisho.office.accounts.models import Person
from sekisho.office.evidence.models import Event
from sekisho.office.notices.actions import tokens
from sekisho.office.notices.models import GivenAnswer, MachineToken

SECRET = bytes(range(32))


def _issued(node: Node, **changes: Any) -> tokens.Issued:
    words: dict[str, Any] = {
        "actor": "admin",
        "name": "基幹系の連携",
        "owner": "sato",
        "acts": ["send", "list"],
        "places": ["lgwan"],
        "expires": node.desk.now() + days(90),
        "secret": SECRET,
    }
    return tokens.issue(node.desk, **{**words, **changes})


def test_a_token_is_recognised_by_its_secret_of_which_the_digest_is_kept(town: Town) -> None:
    with town.at("internet") as node:
        made = _issued(node)
        row = MachineToken.objects.get()
        assert row.sha256 == sha256(made.secret.encode()).hexdigest()
        assert made.secret not in str(row.__dict__)
        assert made.secret not in repr(made)
        assert tokens.recognise(node.desk, made.secret).pk == row.pk
        row.refresh_from_db()
        assert row.last_used == node.desk.now()


def test_issuing_and_revoking_are_evidence_without_names(town: Town) -> None:
    with town.at("internet") as node:
        made = _issued(node)
        tokens.revoke(node.desk, actor="sato", token_id=made.row.token_id, reason="廃止")
        assert acts.kinds(node, made.row.token_id) == ["token.issued", "token.revoked"]
        for event in Event.objects.filter(subject=made.row.token_id):
            for word in ("sato", "admin", "基幹系", "廃止", made.secret):
                assert word.encode() not in bytes(event.envelope)


def test_it_ends_by_time_by_revoking_and_with_its_owner(sqlite_town: Town) -> None:
    with sqlite_town.at("internet") as node:
        over = _issued(node, expires=node.desk.now() + days(1))
        revoked = _issued(node, secret=bytes(32))
        orphaned = _issued(node, secret=bytes([7]) * 32, owner="takahashi")
        tokens.revoke(node.desk, actor="admin", token_id=revoked.row.token_id)
        Person.objects.filter(login="takahashi").update(active=False)
        sqlite_town.clock.advance(days(1))
        for secret in (over.secret, revoked.secret, orphaned.secret, "", "sks_", "x" * 10_000):
            with pytest.raises(Refused) as refused:
                tokens.recognise(node.desk, secret)
            assert (refused.value.code, refused.value.params) == ("SKS-M104", {})


@pytest.mark.parametrize(
    ("act", "place", "allowed"),
    [
        ("send", "lgwan", True),
        ("list", "", True),
        ("send", "mynumber", False),
        ("collect", "lgwan", False),
        ("approve", "lgwan", False),
    ],
)
def test_it_allows_what_was_said(sqlite_town: Town, act: str, place: str, allowed: bool) -> None:
    with sqlite_town.at("internet") as node:
        row = _issued(node).row
    if allowed:
        tokens.require_token_right(row, act, place)
        return
    with pytest.raises(Refused) as refused:
        tokens.require_token_right(row, act, place)
    assert refused.value.code == "SKS-M105"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"actor": "sato"}, "SKS-T053"),
        ({"owner": "nobody"}, "SKS-T051"),
        ({"acts": ["approve"]}, "SKS-M101"),
        ({"acts": []}, "SKS-M101"),
        ({"places": []}, "SKS-M101"),
        ({"places": ["a\nb"]}, "SKS-M101"),
        ({"name": " "}, "SKS-M101"),
        ({"name": "x" * 101}, "SKS-M101"),
    ],
)
def test_what_cannot_be_issued(sqlite_town: Town, changes: dict[str, Any], code: str) -> None:
    with sqlite_town.at("internet") as node:
        with pytest.raises(SekishoError) as refused:
            _issued(node, **changes)
        assert refused.value.code == code
        assert not MachineToken.objects.exists()


@pytest.mark.parametrize("ends", [timedelta(0), timedelta(days=-1), timedelta(days=367)])
def test_none_lasts_longer_than_a_year(sqlite_town: Town, ends: timedelta) -> None:
    with sqlite_town.at("internet") as node, pytest.raises(Refused) as refused:
        _issued(node, expires=node.desk.now() + ends)
    assert refused.value.code == "SKS-M102"


def test_only_owner_and_administrators_revoke(sqlite_town: Town) -> None:
    with sqlite_town.at("internet") as node:
        made = _issued(node)
        with pytest.raises(Refused) as refused:
            tokens.revoke(node.desk, actor="suzuki", token_id=made.row.token_id)
        assert refused.value.code == "SKS-T053"
        tokens.revoke(node.desk, actor="sato", token_id=made.row.token_id)
        with pytest.raises(Refused) as refused:
            tokens.revoke(node.desk, actor="admin", token_id=made.row.token_id)
        assert refused.value.code == "SKS-M103"


def test_the_same_request_is_answered_once_and_then_the_same(town: Town) -> None:
    with town.at("internet") as node:
        row = _issued(node).row
        words: dict[str, Any] = {"key": "k-1", "request_sha256": "a" * 64}
        assert tokens.begin_answer(node.desk, row, **words) is None
        with pytest.raises(Refused) as refused:
            tokens.begin_answer(node.desk, row, **words)
        assert refused.value.code == "SKS-M108"
        tokens.give_answer(node.desk, row, key="k-1", status=201, body="{}")
        assert tokens.begin_answer(node.desk, row, **words) == tokens.Before(201, "{}")
        with pytest.raises(Refused) as refused:
            tokens.begin_answer(node.desk, row, key="k-1", request_sha256="b" * 64)
        assert refused.value.code == "SKS-M107"
        other = _issued(node, secret=bytes(32)).row
        assert tokens.begin_answer(node.desk, other, **words) is None


def test_a_request_that_died_may_be_made_again_and_answers_end(sqlite_town: Town) -> None:
    with sqlite_town.at("internet") as node:
        row = _issued(node).row
        words: dict[str, Any] = {"key": "k-1", "request_sha256": "a" * 64}
        tokens.begin_answer(node.desk, row, **words)
        tokens.drop_answer(row, key="k-1")
        assert tokens.begin_answer(node.desk, row, **words) is None
        sqlite_town.clock.advance(tokens.PENDING_FOR)
        assert tokens.begin_answer(node.desk, row, **words) is None
        tokens.give_answer(node.desk, row, key="k-1", status=200, body="x")
        sqlite_town.clock.advance(tokens.ANSWER_KEPT)
        assert tokens.forget_answers(node.desk) == 1
        assert not GivenAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 101, "あ", "a\nb"])
def test_what_is_no_key_of_a_request(sqlite_town: Town, key: str) -> None:
    with sqlite_town.at("internet") as node:
        row = _issued(node).row
        with pytest.raises(InvalidInput) as refused:
            tokens.begin_answer(node.desk, row, key=key, request_sha256="a" * 64)
        assert refused.value.code == "SKS-M106"
