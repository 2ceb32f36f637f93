"""The exchange structure of ISO 10303-21 (clear text), and the features that SXF puts into it.

Every token is known or the file stops. Comments go, but for the blocks `/*SXF … SXF*/` in which
an SFC file keeps its drawing; they have a grammar of their own and are read as strictly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sekisho.disarm.work import Stopped, Work

STATEMENTS_MAX = 4_000_000
STATEMENT_CHARS_MAX = 1_000_000
_DEPTH_MAX = 32
_START, _END = "ISO-10303-21", "END-ISO-10303-21"
_SECTIONS = frozenset({"HEADER", "DATA", "ENDSEC"})
_TOKEN = re.compile(
    r"(?P<blank>[ \t\r\n]+)"
    r"|(?P<block>/\*(?P<mark>SXF[0-9.]{0,6})[ \t]*\r?\n(?P<inside>(?:[^*]|\*(?!/))*?)(?P=mark)\*/)"
    r"|(?P<comment>/\*(?:[^*]|\*(?!/))*\*/)"
    r"|(?P<string>'(?:[^'\x00-\x1f\x7f-\x9f]|'')*')"
    r"|(?P<reference>#[0-9]{1,18})"
    r"|(?P<number>[+-]?[0-9]{1,30}(?:\.[0-9]{0,30})?(?:[Ee][+-]?[0-9]{1,4})?)"
    r"|(?P<choice>\.[A-Z][A-Z0-9_]{0,79}\.)"
    r'|(?P<binary>"[0-3][0-9A-F]*")'
    r"|(?P<word>!?[A-Za-z][A-Za-z0-9_-]{0,99})"
    r"|(?P<sign>[$*(),=;])"
)
_FEATURE = re.compile(
    r"#[0-9]{1,18}[ \t]*=[ \t]*[A-Za-z][A-Za-z0-9_]{0,79}[ \t]*\(" r"[^\x00-\x08\x0a-\x1f\x7f]*\)"
)
_ARGUMENTS = re.compile(r"""(?:\\?'(?:[^'\\]|\\(?!')|'')*\\?'|\([^'()]*\)|[0-9.eE+,$ -]|'')*""")


@dataclass(frozen=True, slots=True)
class Exchange:
    """The file as lines that are written as they stand here."""

    lines: tuple[str, ...]


def read_exchange(untrusted: str, type_name: str, work: Work) -> Exchange:
    """Every statement and block. Raises Stopped SKS-D710 (against the grammar, or too large)."""
    lines: list[str] = []
    statement: list[str] = []
    state = _State(type_name)
    for kind, piece in _tokens(untrusted, type_name):
        if kind == "comment":
            work.removed("drawing-comment")
        elif kind == "block":
            if statement:
                raise Stopped("SKS-D710", type=type_name)
            lines += _block_lines(piece, type_name)
        elif piece == ";":
            lines.append(_checked(statement, state, work))
            statement = []
        else:
            statement.append(piece)
        if len(lines) > STATEMENTS_MAX or len(statement) > STATEMENT_CHARS_MAX:
            raise Stopped("SKS-D710", type=type_name)
    if statement or not state.is_over:
        raise Stopped("SKS-D710", type=type_name)
    return Exchange(tuple(lines))


def write_exchange(exchange: Exchange) -> str:
    """The text; every line ends in CR LF."""
    return "".join(f"{line}\r\n" for line in exchange.lines)


def _tokens(untrusted: str, type_name: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(untrusted):
        found = _TOKEN.match(untrusted, at)
        if found is None:
            raise Stopped("SKS-D710", type=type_name)
        at = found.end()
        kind = found.lastgroup or ""
        if found["block"] is not None:
            yield "block", found["block"]
        elif kind != "blank":
            yield kind, found[0]


@dataclass
class _State:
    """Where in the file we are: before, in a section, between sections, after the end."""

    type_name: str
    section: str = ""
    is_begun: bool = False
    is_over: bool = False


def _checked(statement: list[str], state: _State, work: Work) -> str:
    """The statement as a line, if it may stand where it does."""
    wrong = Stopped("SKS-D710", type=state.type_name)
    line = "".join(statement)
    if state.is_over or not statement:
        raise wrong
    if not state.is_begun:
        state.is_begun = line == _START
        if not state.is_begun:
            raise wrong
    elif line == _END and not state.section:
        state.is_over = True
    elif line in _SECTIONS:
        if (line == "ENDSEC") != bool(state.section):
            raise wrong
        state.section = "" if line == "ENDSEC" else line
    else:
        _check_entity(statement, state, wrong)
        if state.section == "HEADER" and statement[0] == "FILE_NAME":
            line = "".join(_without_people(statement, work))
    return f"{line};"


def _check_entity(statement: list[str], state: _State, wrong: Stopped) -> None:
    """`#n = NAME(…)` or `#n = (NAME(…) …)` in DATA, `NAME(…)` in HEADER."""
    rest = statement
    if state.section == "DATA":
        if len(statement) < 5 or not statement[0].startswith("#") or statement[1] != "=":
            raise wrong
        rest = statement[2:]
    elif state.section != "HEADER":
        raise wrong
    if "=" in rest or (rest[0] != "(" and not rest[0][0].isalpha()) or rest[-1] != ")":
        raise wrong
    depth = 0
    for number, token in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if not 0 <= depth <= _DEPTH_MAX or (depth == 0 and 0 < number < len(rest) - 1):
            raise wrong
    if depth:
        raise wrong


def _without_people(statement: list[str], work: Work) -> list[str]:
    """FILE_NAME(name, time, (authors), (organizations), version, system, authorization)."""
    out: list[str] = []
    argument, depth = 0, 0
    for piece in statement:
        depth += {"(": 1, ")": -1}.get(piece, 0)
        argument += piece == "," and depth == 1
        is_person = argument in (2, 3, 6) and piece.startswith("'") and piece != "''"
        if is_person:
            work.removed("drawing-people", count=1)
        out.append("''" if is_person else piece)
    return out


def _block_lines(block: str, type_name: str) -> list[str]:
    """A block of SXF: one feature on each line."""
    first, *inside = [line.strip(" \t") for line in block.replace("\r\n", "\n").split("\n")]
    lines = [first]
    for line in inside[:-1]:
        if not line:
            continue
        if not _FEATURE.fullmatch(line) or not _is_argument_list(line):
            raise Stopped("SKS-D710", type=type_name)
        lines.append(line)
    return [*lines, inside[-1]]


def _is_argument_list(line: str) -> bool:
    start = line.index("(")
    return _ARGUMENTS.fullmatch(line, start + 1, len(line) - 1) is not None
