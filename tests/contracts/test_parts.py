"""A part that is missing skips a test here and fails it in CI."""

from __future__ import annotations

import pytest
from tests.support.parts import need


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail), ("", pytest.skip)])
def test_a_missing_part(monkeypatch: pytest.MonkeyPatch, ci: str, outcome: object) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome.Exception, match=r"Samba.*no reason"):  # type: ignore[attr-defined]
        need("Samba", "no reason")
