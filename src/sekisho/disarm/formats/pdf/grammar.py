"""The grammar of regular content streams (ISO 32000-2 section 7.8 and annex A), as one expression
for an automaton: where two things may meet, it says itself what must stand between them."""

from __future__ import annotations

from sekisho.disarm.automata import automaton

_S = r"[\x00\t\n\f\r ]"
_NUMBER = r"[+-]?(?:[0-9]{1,10}(?:\.[0-9]{0,16})?|\.[0-9]{1,16})"
_N = _NUMBER + _S + "+"
_FLAT = r"(?:[^()\\]|\\.)*"
_STRING = rf"(?:\((?:[^()\\]|\\.|\({_FLAT}\))*\)|<[0-9A-Fa-f\x00\t\n\f\r ]*>)"
_NAME = r"/[^\x00-\x20\x7f-\xff()<>\[\]{}/%#]{1,127}"

_LETTER = r"[^()\\\r]|\\[nrtbf()]|\\[0-3][0-7]{2}"
_SIMPLE = rf"(?:\((?:{_LETTER}|\((?:{_LETTER})*\))*\)|<(?:[0-9A-Fa-f]{{2}})*>)"
"""A string whose escapes have their one form each, or that has all of its digits."""


def _stream(string: str) -> str:
    # A number in an array may be followed by anything but another number.
    apart = rf"(?:{_S}|{string})"
    array = rf"\[{apart}*(?:{_NUMBER}{apart}+)*(?:{_NUMBER})?\]"
    box = rf"\[(?:{_S}*{_NUMBER})?(?:{_S}*{_NAME}|{_S}+{_NUMBER})*{_S}*\]"
    entry = (
        rf"(?:MCID{_S}+[0-9]{{1,9}}|(?:Lang|Alt|ActualText|E){_S}*{string}"
        rf"|(?:Type|Subtype){_S}*{_NAME}|(?:BBox|Attached){_S}*{box})"
    )
    properties = rf"<<(?:{_S}*/{entry})*{_S}*>>"
    # Each of these begins with a letter or a digit, and so stands behind a blank.
    plain = (
        rf"{_N}(?:w|J|j|M|i|g|G|sc|SC|scn|SCN|Tc|Tw|Tz|TL|Tr|Ts"
        rf"|{_N}(?:m|l|Td|TD|d0|sc|SC|scn|SCN"
        rf"|{_N}(?:rg|RG|sc|SC|scn|SCN"
        rf"|{_N}(?:re|k|K|v|y|sc|SC|scn|SCN"
        rf"|{_N}{_N}(?:c|cm|Tm|d1)))))"
        r"|BT|ET|q|Q|S|s|f\*|f|F|B\*|B|b\*|b|n|h|W\*|W|T\*|EMC"
    )
    # Each of these begins with a mark of its own.
    marked = (
        rf"{array}{_S}*(?:TJ|{_N}d)"
        rf"|{string}{_S}*(?:Tj|')"
        rf"|{_NAME}{_S}+(?:{_N}Tf|gs|Do|cs|CS|scn|SCN|sh|ri|BMC|MP)"
        rf"|{_NAME}{_S}*(?:{_NAME}{_S}+|{properties}{_S}*)(?:BDC|DP)"
    )
    return rf"(?:{plain})?(?:{_S}(?:{plain})?|{marked})*"


_REGULAR = automaton(_stream(_STRING).encode("ascii"))
_SIMPLE_STREAM = automaton(_stream(_SIMPLE).encode("ascii"))
_BESIDE = automaton(rf"/(?:ActualText|Alt|E){_S}*\(".encode("ascii"))


def is_regular(data: bytes) -> bool:
    """Whether every statement of a stream is known and has operands of the right types."""
    return _REGULAR.fullmatch(data) is not None


def is_simple(data: bytes) -> bool:
    """Whether a stream is regular and its strings are simple: `shown` can read it."""
    return _SIMPLE_STREAM.fullmatch(data) is not None


def simple(data: bytes) -> bytes | None:
    """The stream when it is simple, or would be with each backslash written by its number."""
    if is_simple(data):
        return data
    plain = data.replace(b"\\\\", b"\\134")
    return plain if len(plain) > len(data) and is_simple(plain) else None


def has_beside(data: bytes) -> bool:
    """Whether there may be text that is read out or copied in the place of what is shown."""
    return _BESIDE.search(data) is not None
