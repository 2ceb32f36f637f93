"""Comments: who writes them, and that each is answered by a later version."""

from __future__ import annotations

from typing import Any

import pytest
from tests.office.risks.support import MODEL, begun
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError
from sekisho.office.accounts.actions import save_person
from sekisho.office.evidence.models import Event
from sekisho.office.risks import queries, rules
from sekisho.office.risks.actions import commenting, saving
from sekisho.office.risks.actions.commenting import Answer
from sekisho.office.risks.models import Comment, Version
from sekisho.office.site.desk import Desk

CHANGED = MODEL.replace("本庁の案", "直した案")


def said(desk: Desk, version: Version, **changes: Any) -> Comment:
    """A comment on a model of the version."""
    values = {"item": "model.ours", "text": "費用が 低すぎる\nのでは", **changes}
    return commenting.comment(
        desk, **{"actor": "admin", "study": version.study_id, "number": 1, **values}
    )


def saved(desk: Desk, version: Version, *answers: Answer, text: str = CHANGED) -> Version:
    """The next version, with answers."""
    newest = queries.find_study(version.study_id).newest
    return saving.save(
        desk,
        actor="admin",
        study=version.study_id,
        upon=newest,
        text=text,
        note="意見による",
        answers=answers,
    )


def test_a_comment_is_answered_by_the_next_version_and_both_are_evidence(town: Town) -> None:
    version = begun(town)
    with town.at("lgwan") as node:
        one = said(node.desk, version)
        assert one.text == "費用が 低すぎる のでは"
        event = acts.last_event("risk.commented")
        assert event.data == {"version": 1, "comment": one.pk, "item": "model.ours"}
        saved(node.desk, version, Answer(one.pk, "taken", "見積りに 直した"))
        kept = queries.comments(version.study_id)[0]
        assert (kept.choice, kept.answer, kept.answered_in) == ("taken", "見積りに 直した", 2)
        event = acts.last_event("risk.answered")
        assert event.data == {"version": 2, "comment": one.pk, "choice": "taken"}
        assert queries.open_comments(version.study_id) == []


def test_what_is_carried_or_came_meanwhile_waits_for_the_version_after(sqlite_town: Town) -> None:
    version = begun(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        one, late = said(node.desk, version), said(node.desk, version, item="result.plan")
        saved(node.desk, version, Answer(one.pk, "carried"))
        opened = queries.open_comments(version.study_id)
        assert [row.pk for row in opened] == [one.pk, late.pk]
        assert not Event.objects.filter(kind="risk.answered").exists()
        answers = [Answer(row.pk, "declined", "範囲の外") for row in opened]
        assert saved(node.desk, version, *answers).number == 3
        assert [row.answered_in for row in queries.comments(version.study_id)] == [3, 3]


@pytest.mark.parametrize(
    ("choice", "text", "code"),
    [
        ("", "", "SKS-J015"),
        ("maybe", "理由", "SKS-J015"),
        ("taken", " ", "SKS-J001"),
        ("declined", "長" * (rules.COMMENT_CHARS_MAX + 1), "SKS-J001"),
        ("carried", "", "SKS-J006"),
    ],
)
def test_without_a_choice_and_its_reason_there_is_no_version(
    sqlite_town: Town, choice: str, text: str, code: str
) -> None:
    version = begun(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        one = said(node.desk, version)
        with pytest.raises(SekishoError, match=code):
            saved(node.desk, version, Answer(one.pk, choice, text), text=MODEL)
        assert queries.find_study(version.study_id).newest == 1
        assert len(queries.open_comments(version.study_id)) == 1


def test_nobody_answers_twice_or_for_another_study(sqlite_town: Town) -> None:
    version, other = begun(sqlite_town), begun(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        one = said(node.desk, version)
        with pytest.raises(SekishoError, match="SKS-J014"):
            saved(node.desk, other, Answer(one.pk, "taken", "直した"))
        saved(node.desk, version, Answer(one.pk, "taken", "直した"))
        with pytest.raises(SekishoError, match="SKS-J014"):
            saved(node.desk, version, Answer(one.pk, "declined", "やめた"), text=MODEL)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"item": "model.alpha-usb"}, "SKS-J013"),
        ({"item": "model.nothing"}, "SKS-J013"),
        ({"text": " \n "}, "SKS-J001"),
        ({"text": "長" * (rules.COMMENT_CHARS_MAX + 1)}, "SKS-J001"),
        ({"number": 2}, "SKS-J003"),
        ({"actor": "sato"}, "SKS-T053"),
    ],
)
def test_what_cannot_be_said(sqlite_town: Town, changes: dict[str, Any], code: str) -> None:
    version = begun(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        with pytest.raises(SekishoError, match=code):
            said(node.desk, version, **changes)
        assert not Comment.objects.exists()


def test_audit_comments_and_does_not_answer(sqlite_town: Town) -> None:
    version = begun(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        save_person(node.desk, actor="admin", login="kansa", name="監査", roles=["auditor"])
        one = said(node.desk, version, actor="kansa", item="")
        with pytest.raises(SekishoError, match="SKS-T053"):
            saving.save(
                node.desk,
                actor="kansa",
                study=version.study_id,
                upon=1,
                text=CHANGED,
                note="x",
                answers=[Answer(one.pk, "taken", "直した")],
            )


def test_what_a_comment_can_be_about_has_words(sqlite_town: Town) -> None:
    items = rules.items_of(MODEL + "[work.office]\nyen_per_minute = 60\n", 1)
    assert items["model.ours"] == ("本庁の案 [model.ours]", "our proposal [model.ours]")
    assert items["work.office"] == ("[work.office]", "[work.office]")
    assert set(rules.PARTS) < set(items)
