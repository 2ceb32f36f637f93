"""Runs of models: held, computed, kept with their evidence, and taken over by the worker."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from tests.office.risks.support import MODEL, asked, begun
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError, Unavailable
from sekisho.node import assessing
from sekisho.node.submissions import Runners
from sekisho.office.post.leases import LEASE
from sekisho.office.risks import queries
from sekisho.office.risks.actions import running
from sekisho.office.risks.models import Outcome, Run


def test_a_run_keeps_every_form_of_what_it_found_and_its_digest_is_evidence(town: Town) -> None:
    version = begun(town)
    with town.at("lgwan") as node:
        run = asked(node.desk, version)
        assessing.run_models(node, run)
        kept = queries.find_run(run.pk)
        assert (kept.state, kept.done, kept.lease_until) == ("done", 2, None)
        found = json.loads(queries.outcome(kept, "json"))
        assert [one["id"] for one in found["models"]] == ["alpha-usb", "ours"]
        assert found["budget_yen"] == 1_000_000
        assert "本庁の案" in queries.outcome(kept, "body", "ja").decode()
        assert "our proposal" in queries.outcome(kept, "body", "en").decode()
        assert queries.outcome(kept, "xlsx", "ja").startswith(b"PK")
        event = acts.last_event("risk.run")
        assert event.data["result"] == sha256(queries.outcome(kept, "json")).hexdigest()
        assert event.data["models"] == ["alpha-usb", "ours"]


def test_the_same_question_finds_the_same(sqlite_town: Town) -> None:
    version = begun(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        digests = set()
        for _ in range(2):
            run = asked(node.desk, version, "ours")
            assessing.run_models(node, run)
            digests.add(queries.find_run(run.pk).digest)
        assert len(digests) == 1


def test_what_was_interrupted_is_the_workers_once_the_lease_has_ended(town: Town) -> None:
    version = begun(town)
    with town.at("lgwan") as node:
        run = asked(node.desk, version, "ours")
        assert assessing.resume_runs(node) == []
        assert queries.find_run(run.pk).state == "queued"
        town.clock.advance(LEASE + timedelta(seconds=1))
        assert assessing.resume_runs(node) == []
        assert queries.find_run(run.pk).state == "done"
        with pytest.raises(Unavailable, match="SKS-J010"):
            assessing.run_models(node, run)
        assert Outcome.objects.filter(run=run, form="json").count() == 1


def test_a_thread_of_the_pages_runs_it(sqlite_town: Town) -> None:
    version = begun(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        runners = Runners(node)
        run = asked(node.desk, version, "ours")
        assessing.start_run(node, run, runners).result(60)
        runners.close()
        assert queries.find_run(run.pk).state == "done"


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), MemoryError(), KeyError("work")])
def test_what_the_engine_cannot_compute_ends_the_run_and_not_the_worker(
    sqlite_town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(assessing, "assess", fails)
    version = begun(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        run = asked(node.desk, version, "ours")
        assessing.run_models(node, run)
        failure = queries.failure_of(queries.find_run(run.pk))
        assert failure is not None and failure.code == "SKS-J012"
        with pytest.raises(SekishoError, match="SKS-J011"):
            queries.outcome(run, "json")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"names": []}, "SKS-J007"),
        (
            {
                "names": [f"alpha-{one}" for one in ("usb", "post", "share", "object", "appliance")]
                + ["ours", "beta-usb"]
            },
            "SKS-J007",
        ),
        ({"names": ["alpha-usbb"]}, "SKS-A004"),
        ({"budget": -1}, "SKS-J008"),
        ({"draws": 19}, "SKS-J008"),
        ({"draws": 5_001}, "SKS-J008"),
        ({"seed": 2**31}, "SKS-J008"),
        ({"number": 2}, "SKS-J003"),
        ({"actor": "sato"}, "SKS-T053"),
    ],
)
def test_what_cannot_be_asked(sqlite_town: Town, changes: dict[str, object], code: str) -> None:
    version = begun(sqlite_town, text=MODEL)
    with sqlite_town.at("lgwan") as node:
        given = {
            "actor": "admin",
            "study": version.study_id,
            "number": 1,
            "names": ["ours"],
            "budget": 0,
            "seed": 1,
            "draws": 20,
            **changes,
        }
        with pytest.raises(SekishoError, match=code):
            running.ask(node.desk, **given)
        assert not Run.objects.exists()
