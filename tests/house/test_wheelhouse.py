"""The offline bundle installs with no index and runs."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.house.report import nothing
from tests.house.source import ROOT, SRC, tracked

SCRIPT = ROOT / "scripts" / "wheelhouse.py"
LOCK = """\
click==8.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
tzdata==1 ; sys_platform == 'win32' \\
    --hash=sha256:cc
old==2 ; python_full_version < '3.13' \\
    --hash=sha256:dd
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wheelhouse", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("platform", "python", "names"),
    [
        ("linux_x86_64", "3.11", ["click", "old"]),
        ("linux_x86_64", "3.13", ["click"]),
        ("win_amd64", "3.12", ["click", "tzdata", "old"]),
    ],
)
def test_conditions_are_judged_for_the_platform_it_is_for(
    script: ModuleType, platform: str, python: str, names: list[str]
) -> None:
    lines = list(script.requirements_for(LOCK, platform, python))
    assert [line.partition("==")[0] for line in lines] == names
    assert "--hash=sha256:aa" in lines[0]
    assert "--hash=sha256:bb" in lines[0]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bundle") / "wheelhouse"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [sys.executable, SCRIPT, "--python", version, "--output", target]
    subprocess.run(command, check=True, cwd=ROOT)
    return target


@pytest.mark.long
def test_the_sums_cover_every_file(bundle: Path) -> None:
    lines = (bundle / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = {path.name for path in bundle.iterdir()} - {"SHA256SUMS"}
    assert sums.keys() == files
    for name, digest in sums.items():
        assert hashlib.sha256((bundle / name).read_bytes()).hexdigest() == digest
    assert {
        "INSTALL.ja.txt",
        "INSTALL.en.txt",
        "requirements.lock",
        "requirements-extras.lock",
    } <= files


@pytest.mark.long
def test_it_installs_with_no_index_and_runs(bundle: Path, tmp_path: Path) -> None:
    """Step by step as the notes in the bundle say."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    offline = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    offline |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    offline.pop("PYTHONPATH", None)
    pip = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-index"]
    pip += ["--find-links", ".", "--no-deps"]
    for lock in ("requirements.lock", "requirements-extras.lock"):
        run = [*pip, "--require-hashes", "-r", lock]
        subprocess.run(run, check=True, cwd=bundle, env=offline)
    subprocess.run([*pip, "sekisho"], check=True, cwd=bundle, env=offline)
    sekisho = venv / "bin" / "sekisho"
    said = subprocess.run(
        [sekisho, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout
    assert importlib.import_module("sekisho").__version__ in said
    installed = next(venv.glob("lib/python*/site-packages/sekisho"))
    ours = [path.relative_to(SRC / "sekisho") for path in tracked() if path.is_relative_to(SRC)]
    nothing([str(path) for path in ours if not (installed / path).exists()])
