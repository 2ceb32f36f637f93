"""The lock files: pinned, by hash, without addresses, and of one mind."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest
from packaging.requirements import Requirement
from tests.house.source import ROOT

LOCKS = [
    "requirements.lock",
    "requirements-extras.lock",
    "requirements-dev.lock",
    "requirements-build.lock",
]
RUNNING_ON = [
    {"python_version": version, "python_full_version": f"{version}.1", "sys_platform": platform}
    for version in ("3.11", "3.12", "3.13", "3.14")
    for platform in ("linux", "win32")
]


@cache
def pins(lock: str) -> list[tuple[Requirement, list[str]]]:
    """(requirement, hashes) of every entry."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    entries = []
    for line in text.splitlines():
        named, *hashes = line.split("--hash=")
        if named.strip():
            entries.append((Requirement(named.strip()), [value.strip() for value in hashes]))
    return entries


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_by_version_and_hash(lock: str) -> None:
    for requirement, hashes in pins(lock):
        assert re.fullmatch(r"==[0-9][0-9a-z.+!]*", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", value) for value in hashes), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_there_is_no_address_in_a_lock(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"://|^-|^#| @ ", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize(
    "where", RUNNING_ON, ids=lambda e: f"{e['python_version']}-{e['sys_platform']}"
)
def test_each_package_is_pinned_once_wherever_it_runs(lock: str, where: dict[str, str]) -> None:
    names = [r.name for r, _ in pins(lock) if r.marker is None or r.marker.evaluate(where)]
    assert len(names) == len(set(names))


def test_what_the_product_needs_is_locked() -> None:
    tables = project()["project"]
    assert isinstance(tables, dict)
    wanted = [Requirement(text) for text in tables["dependencies"]]
    extras = [Requirement(t) for texts in tables["optional-dependencies"].values() for t in texts]
    _assert_locked(wanted, "requirements.lock")
    _assert_locked(wanted + extras, "requirements-extras.lock")


def test_what_the_developers_need_is_locked() -> None:
    groups = project()["dependency-groups"]
    assert isinstance(groups, dict)
    _assert_locked([Requirement(text) for text in groups["dev"]], "requirements-dev.lock")
    _assert_locked([Requirement(text) for text in groups["build"]], "requirements-build.lock")


def test_the_locks_agree_on_every_version() -> None:
    for smaller, larger in ((LOCKS[0], LOCKS[1]), (LOCKS[1], LOCKS[2])):
        there = {(r.name, str(r.specifier)) for r, _ in pins(larger)}
        assert {(r.name, str(r.specifier)) for r, _ in pins(smaller)} <= there


def _assert_locked(wanted: list[Requirement], lock: str) -> None:
    for requirement in wanted:
        versions = [str(r.specifier)[2:] for r, _ in pins(lock) if r.name == requirement.name]
        assert any(requirement.specifier.contains(version) for version in versions), requirement
