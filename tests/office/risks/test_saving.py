"""Model files in versions: who saves, what is refused, and that each version is evidence."""

from __future__ import annotations

import pytest
from tests.office.risks.support import MODEL, begun
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.office.accounts.actions import save_person
from sekisho.office.evidence.models import Event
from sekisho.office.risks import queries, rules
from sekisho.office.risks.actions import saving
from sekisho.office.risks.models import Study, Version


def test_a_version_is_kept_as_it_was_and_is_evidence_without_its_words(town: Town) -> None:
    first = begun(town, text=MODEL.replace("\n", "\r\n"))
    with town.at("lgwan") as node:
        event = acts.last_event("risk.saved")
        assert event.data == {"version": 1, "sha256": first.sha256}
        assert event.subject == f"risk-{first.study_id}"
        changed = MODEL.replace('["mfa"]', '["mfa", "backup"]')
        second = saving.save(
            node.desk, actor="admin", study=first.study_id, upon=1, text=changed, note="控えを追加"
        )
        assert (second.number, queries.find_study(first.study_id).newest) == (2, 2)
        assert queries.version_of(first.study_id, 1).text == MODEL
        assert [one.number for one in queries.versions(first.study_id)] == [2, 1]
        assert Event.objects.filter(kind="risk.saved").count() == 2


def test_the_second_of_two_who_save_upon_the_same_version_is_told(town: Town) -> None:
    study = begun(town).study_id
    with town.at("lgwan") as node:

        def save(text: str, upon: int = 1) -> Version:
            return saving.save(
                node.desk, actor="admin", study=study, upon=upon, text=text, note="変更"
            )

        save(MODEL.replace("本庁の案", "別の案"))
        with pytest.raises(Refused, match="SKS-J004"):
            save(MODEL.replace("本庁の案", "三つ目の案"))
        with pytest.raises(Refused, match="SKS-J006"):
            save(MODEL.replace("本庁の案", "別の案") + "\n\n", upon=2)
        assert queries.find_study(study).newest == 2


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (MODEL.replace("channel", "chanel"), "SKS-A002", 5),
        (MODEL.replace('"post"', '"posst"'), "SKS-A002", 5),
        (MODEL.replace('["mfa"]', "3"), "SKS-A003", 6),
        (MODEL.replace('ja = "', "ja = "), "SKS-A001", None),
    ],
)
def test_a_mistake_is_told_by_its_line_and_nothing_is_kept(
    sqlite_town: Town, text: str, code: str, line: int | None
) -> None:
    with pytest.raises(InvalidInput) as refused:
        begun(sqlite_town, text=text)
    assert refused.value.code == code
    assert refused.value.params.get("line") == line
    with sqlite_town.at("lgwan"):
        assert (Study.objects.count(), Version.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "SKS-J001"),
        ({"title": "長" * (rules.TITLE_CHARS_MAX + 1)}, "SKS-J001"),
        ({"note": ""}, "SKS-J001"),
        ({"note": "二\n行"}, "SKS-J001"),
        ({"text": "#" * (rules.TEXT_CHARS_MAX + 1)}, "SKS-J005"),
        ({"actor": "sato"}, "SKS-T053"),
        ({"actor": "kansa"}, "SKS-T053"),
    ],
)
def test_what_cannot_be_kept(sqlite_town: Town, changes: dict[str, str], code: str) -> None:
    with sqlite_town.at("lgwan") as node:
        save_person(node.desk, actor="admin", login="kansa", name="監査", roles=["auditor"])
        given = {"actor": "admin", "title": "題", "text": MODEL, "note": "説明", **changes}
        with pytest.raises(SekishoError, match=code):
            saving.begin(node.desk, **given)
        assert not Study.objects.exists()


def test_the_ciso_saves_too(sqlite_town: Town) -> None:
    with sqlite_town.at("lgwan") as node:
        save_person(node.desk, actor="admin", login="ciso", name="責任者", roles=["ciso"])
        made = saving.begin(node.desk, actor="ciso", title="題", text="", note="付属のまま")
        assert made.person == "ciso"
        with pytest.raises(Refused, match="SKS-J002"):
            saving.save(node.desk, actor="ciso", study=99, upon=1, text=MODEL, note="ない")
