"""Nothing half-done, nothing of one machine, nothing that does not belong in a repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.house.report import nothing
from tests.house.source import ROOT, texts, tracked

FILE_BYTES_MAX = 2_000_000

# Written in pieces so that this file does not find itself.
LEFTOVERS = re.compile(
    r"\b(?:TO"
    r"DO|FIX"
    r"ME|XX"
    r"X|HA"
    r"CK)\b|\bNotImplemented"
    r"Error\b"
    r"|\b(?:i?p"
    r"db|break"
    r"point)\b|^(?:<{7}|>{7}) |lorem ip"
    r"sum",
    re.MULTILINE,
)
HOSTS = re.compile(
    r"\b(?:[\w-]+\.)*(?:pypi|pythonhosted|registry|npmjs|jsdelivr|unpkg|debian|ubuntu)"
    r"\.(?:org|com|net|io|dev|python)\b"
    r'|"resolved":\s*"http|registry\s*=\s*"?http|--(?:extra-)?index-url|--find-links[ =]http',
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|Users)/|(?<![\w.])/ho" r"me/(?!user|sekisho|\{|<)")


def hits(pattern: re.Pattern[str], *, under: tuple[str, ...] = ("",)) -> list[str]:
    """`path:line text` of every match in the tracked files below these folders."""
    return [
        f"{path}:{text.count(chr(10), 0, found.start()) + 1} {found[0]!r}"
        for path, text in texts().items()
        if path.startswith(under)
        for found in pattern.finditer(text)
    ]


def test_nothing_is_left_to_do() -> None:
    nothing(hits(LEFTOVERS))


def test_no_address_of_a_package_registry() -> None:
    nothing(hits(HOSTS))


def test_no_path_of_a_machine() -> None:
    nothing(hits(MACHINE_PATHS))
    here = re.compile("|".join(re.escape(f"{place}/") for place in {str(ROOT), str(Path.home())}))
    nothing(hits(here))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (LEFTOVERS, "# TO" + "DO later"),
        (LEFTOVERS, "raise NotImplemented" + "Error"),
        (HOSTS, "see files.python" + "hosted.org/x"),
        (HOSTS, "--index" + "-url x"),
        (MACHINE_PATHS, "in /ro" + "ot/x"),
        (MACHINE_PATHS, "in /ho" + "me/taro/x"),
    ],
)
def test_the_patterns_see_an_offence(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_text_files_are_clean() -> None:
    problems = []
    for path, text in texts().items():
        if "\r" in text:
            problems.append(f"{path}: carriage returns")
        if text and not text.endswith("\n"):
            problems.append(f"{path}: no newline at its end")
        if "\t" in text and not path.endswith(("Makefile", ".svg", ".tsv")):
            problems.append(f"{path}: tabs")
        if re.search(r"[ \t]+$", text, re.MULTILINE):
            problems.append(f"{path}: blanks at the end of a line")
    nothing(problems)


def test_no_file_is_large() -> None:
    nothing([str(path) for path in tracked() if path.stat().st_size > FILE_BYTES_MAX])
