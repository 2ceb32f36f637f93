"""Plain text: every character is kept but those that steer programs; Markdown and tables as such.

A file that is called `.csv` is opened by a spreadsheet program whatever it looks like, so a text of
that name is treated as a table.
"""

from __future__ import annotations

from typing import BinaryIO

from sekisho.disarm.formats.letters import Letters, rebuild_text
from sekisho.disarm.formats.markdown import disarm_markdown
from sekisho.disarm.formats.tables import disarm_table
from sekisho.disarm.work import Source, Work

PLACE = "本文"
_DELIMITERS = {"csv": ",", "tsv": "\t", "tab": "\t"}
_MARKDOWN = frozenset({"md", "markdown"})


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Write the text again in its encoding. Raises Stopped."""
    if source.kind == "empty":
        return "empty"
    return rebuild_text(source, sink, work, _rebuild)


def _rebuild(letters: Letters, source: Source, work: Work) -> tuple[bytes, str]:
    work.look(letters.plain, PLACE)
    extension = source.untrusted_name.rpartition(".")[2].casefold()
    text = letters.text
    if extension in _DELIMITERS:
        text = disarm_table(text, _DELIMITERS[extension], work)
    elif extension in _MARKDOWN:
        text = disarm_markdown(text, work)
    return letters.having(text).encoded(), "text"
