"""Models of the tests, and how they get into the office."""

from __future__ import annotations

from tests.support.town import Town

from sekisho.office.risks.actions import running, saving
from sekisho.office.risks.models import Run, Version
from sekisho.office.site.desk import Desk

MODEL = """[model.ours]
ja = "本庁の案"
en = "our proposal"
network = "alpha"
channel = "post"
measures = ["mfa"]
source = "own"
"""


def begun(town: Town, at: str = "lgwan", text: str = MODEL) -> Version:
    """Version 1 of a study at a node."""
    with town.at(at) as node:
        return saving.begin(
            node.desk, actor="admin", title="受け渡しの見直し", text=text, note="はじめの案"
        )


def asked(desk: Desk, version: Version, *names: str, draws: int = 20) -> Run:
    """A run that its caller holds."""
    return running.ask(
        desk,
        actor="admin",
        study=version.study_id,
        number=version.number,
        names=names or ("alpha-usb", "ours"),
        budget=1_000_000,
        seed=1,
        draws=draws,
    )
