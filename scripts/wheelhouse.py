"""Build the offline bundle: every wheel a node needs, for machines that have no internet.

`make wheelhouse` bundles for the machine it runs on, `make wheelhouse PLATFORM=win_amd64` for
Windows. The wheels are those that requirements-extras.lock names by hash, for every Python that
we support.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-extras.lock")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_THIS = f"linux_{platform.machine()}"
GLIBCS = ("2_28", "2_27", "2_26", "2_24", "2_17")


def main() -> None:
    options = _arguments()
    target: Path = options.output or _default_folder(options.platform)
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    for python in options.python or PYTHONS:
        _say(f"{options.platform}, Python {python}")
        _download(target, options.platform, python)
    _build_ours(target)
    _copy_notes(target, options.platform)
    count = _write_sums(target)
    _say(f"{target} — {count} files")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", default=_THIS, help="default: this machine; or win_amd64")
    parser.add_argument("--python", action="append", choices=PYTHONS, help="default: all of them")
    parser.add_argument("--output", type=Path, help="default: dist/wheelhouse")
    return parser.parse_args()


def _default_folder(name: str) -> Path:
    return ROOT / "dist" / ("wheelhouse" if name == _THIS else f"wheelhouse-{name}")


def _say(text: str) -> None:
    sys.stderr.write(f"wheelhouse: {text}\n")


def requirements_for(lock: str, name: str, python: str) -> Iterator[str]:
    """The lines of a lock that hold on a platform, with their hashes and without conditions.

    pip judges conditions by the Python that runs it, not by the one it downloads for.
    """
    machine = _machine(name)
    where = {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": "win32" if machine == "AMD64" else "linux",
        "os_name": "nt" if machine == "AMD64" else "posix",
        "platform_system": "Windows" if machine == "AMD64" else "Linux",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    for line in lock.replace("\\\n", " ").splitlines():
        named, mark, hashes = line.partition("--hash=")
        if not named.strip():
            continue
        requirement = Requirement(named.strip())
        if requirement.marker is None or requirement.marker.evaluate(where):
            yield f"{requirement.name}{requirement.specifier} {mark}{hashes}"


def _machine(name: str) -> str:
    """`x86_64` of `linux_x86_64`; what Windows calls its machine."""
    return "AMD64" if name == "win_amd64" else name.removeprefix("linux_")


def _platform_tags(name: str) -> list[str]:
    """What pip may take, old C libraries included: a wheel for glibc 2.28 runs on newer ones."""
    if not name.startswith("linux_"):
        return [name]
    machine = _machine(name)
    return [f"manylinux_{glibc}_{machine}" for glibc in GLIBCS] + [f"manylinux2014_{machine}"]


def _download(target: Path, name: str, python: str) -> None:
    lock = (ROOT / LOCKS[-1]).read_text("utf-8")  # It names what the smaller one names, and more.
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "wanted.txt"
        wanted.write_text("\n".join(requirements_for(lock, name, python)), "utf-8")
        platforms = [word for tag in _platform_tags(name) for word in ("--platform", tag)]
        _pip(
            "download", "--no-deps", "--require-hashes", "--only-binary", ":all:",
            "--implementation", "cp", "--python-version", python, *platforms,
            "--dest", target, "--requirement", wanted,
        )  # fmt: skip


def _build_ours(target: Path) -> None:
    """Our own wheel, dated by the last commit so that the same source gives the same bytes."""
    _say("sekisho")
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "source"
        shutil.copytree(ROOT, source, ignore=_not_source)
        _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", target, source)


def _not_source(folder: str, names: list[str]) -> Iterable[str]:
    if Path(folder) == ROOT:
        wanted = {"src", "pyproject.toml", "README.md", "LICENSE", "NOTICE"}
        return [name for name in names if name not in wanted]
    return [name for name in names if name == "__pycache__" or name.endswith(".egg-info")]


def _pip(*words: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *words]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": _last_commit_time()}
    subprocess.run([str(word) for word in command], check=True, env=environment)


def _last_commit_time() -> str:
    command = ["git", "log", "-1", "--format=%ct"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.strip() or "1767225600"


def _copy_notes(target: Path, name: str) -> None:
    notes = ROOT / "scripts" / "wheelhouse-notes"
    for note in sorted(notes.iterdir()):
        text = note.read_text("utf-8").replace("{platform}", name)
        (target / note.name).write_text(text, "utf-8")
    for lock in LOCKS:
        shutil.copy(ROOT / lock, target / lock)


def _write_sums(target: Path) -> int:
    files = sorted(path for path in target.iterdir() if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (target / "SHA256SUMS").write_text("".join(lines), "utf-8", newline="\n")
    return len(files)


if __name__ == "__main__":
    main()
