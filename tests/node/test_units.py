"""The unit files of systemd: they are sound, and disarming keeps its sandbox under them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.parts import need

UNITS = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
NAMES = sorted(path.name for path in UNITS.iterdir())
SERVICES = [name for name in NAMES if name.endswith(".service")]
DISARMING = ("sekisho-work@.service", "sekisho-web@.service")
SANDBOX_CALLS = {
    "seccomp",
    "prctl",
    "landlock_create_ruleset",
    "landlock_add_rule",
    "landlock_restrict_self",
    "unshare",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "memfd_create",
    "setrlimit",
    "prlimit64",
    "kill",
}
"""What `disarm/sandbox` asks the kernel for before it shuts itself in."""


def _systemd_analyze(*words: str) -> str:
    if shutil.which("systemd-analyze") is None:
        need("systemd-analyze", "systemd is not installed")
    done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _values(name: str, key: str) -> list[str]:
    text = (UNITS / name).read_text("utf-8")
    return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_systemd_finds_nothing_wrong(name: str, tmp_path: Path) -> None:
    for one in NAMES:
        text = (UNITS / one).read_text("utf-8").replace("/opt/sekisho/bin/sekisho", "/bin/true")
        (tmp_path / one.replace("@", "@lgwan")).write_text(text, "utf-8")
    assert _systemd_analyze("verify", str(tmp_path / name.replace("@", "@lgwan"))) == ""


def _calls(words: str) -> Iterator[str]:
    for word in words.split():
        if word.startswith("@"):
            listed = _systemd_analyze("syscall-filter", word).splitlines()[1:]
            inner = [line.strip() for line in listed if not line.strip().startswith("#")]
            yield from (call for one in inner if one for call in _calls(one))
        else:
            yield word


@pytest.mark.parametrize("name", DISARMING)
def test_the_sandbox_of_disarming_may_ask_the_kernel(name: str) -> None:
    allowed = {call for words in _values(name, "SystemCallFilter") for call in _calls(words)}
    assert sorted(SANDBOX_CALLS - allowed) == []
    assert "init_module" not in allowed
    for taken in ("RestrictNamespaces", "ProtectKernelTunables", "ProtectKernelLogs"):
        assert _values(name, taken) == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_write_its_own_places_and_gain_nothing(name: str) -> None:
    assert _values(name, "ProtectSystem") == ["strict"]
    assert _values(name, "NoNewPrivileges") == ["true"]
    assert _values(name, "CapabilityBoundingSet") == [""]
    assert _values(name, "User") == ["sekisho"]
    assert all(one.startswith("/var/lib/sekisho/%i") for one in _values(name, "ReadWritePaths"))


def test_a_node_that_is_broken_is_not_started_again() -> None:
    assert _values("sekisho-work@.service", "RestartPreventExitStatus") == ["6"]
