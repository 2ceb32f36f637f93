"""Papers drawn as PDF/A-2a and PDF/UA-1 by typst. What stands on them reaches it as data only."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC
from pathlib import Path
from typing import Any

import typst

from sekisho.kernel.errors import Broken
from sekisho.node.documents.fonts import even_family, japanese_family, system_fonts
from sekisho.node.documents.paper import Paper

TEMPLATE = Path(__file__).with_name("paper.typ")
STANDARDS: list[Any] = ["a-2a", "ua-1"]
TRIES_MAX = 8
PRIVATE_USE = "Co"

_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def draw(paper: Paper) -> bytes:
    """The document. The same paper and fonts give the same bytes.

    A character that no font of this machine has, or that every machine draws otherwise (外字), is
    written `<E000>`. Raises Unavailable SKS-E001 (no Japanese font), Broken SKS-E002.
    """
    families = system_fonts().families()
    font = japanese_family(families)
    text = json.dumps(paper.as_data(), ensure_ascii=False)
    text = "".join(map(_named, text))
    inputs = {"font": font, "even": even_family(families, font)}
    for _ in range(TRIES_MAX):
        try:
            return _compiled(paper, {**inputs, "data": text})
        except typst.TypstError as error:
            missing = _missing(error)
            if not missing:
                raise Broken("SKS-E002", reason=error.message[:200]) from None
            text = text.translate({ord(char): f"<{ord(char):04X}>" for char in missing})
    raise Broken("SKS-E002", reason=f"{TRIES_MAX} ×")


def _compiled(paper: Paper, inputs: dict[str, str]) -> bytes:
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(),
        font_paths=system_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
    )
    made = compiler.compile(
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=paper.moment.astimezone(UTC).replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise Broken("SKS-E002", reason="output")
    return made


def _named(char: str) -> str:
    return f"<{ord(char):04X}>" if unicodedata.category(char) == PRIVATE_USE else char


def _missing(error: typst.TypstError) -> set[str]:
    """The characters that the message says cannot be drawn, never one that JSON is made of."""
    texts = _MISSING.findall(error.diagnostic or error.message)
    found = {char for text in texts for char in _ESCAPED.sub(_unescaped, text)}
    return {char for char in found if not char.isascii()}


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))
