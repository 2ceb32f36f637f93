"""One line of the settings file changed, everything else and every comment left as it is."""

from __future__ import annotations

import re

from sekisho.cli.init import toml

_SECTION = re.compile(r"^\s*\[\s*([A-Za-z_]+)\s*\]")
_TITLE = re.compile(r"^\s*title\s*=")


def with_title(text: str, title: str) -> str:
    """The settings with `title` in `[node]`, replaced or added right below the heading."""
    lines, section, heading = text.splitlines(), "", None
    wanted = f"title = {toml(title)}"
    for place, line in enumerate(lines):
        if found := _SECTION.match(line):
            section = found[1]
            heading = place if section == "node" else heading
        elif section == "node" and _TITLE.match(line):
            lines[place] = wanted
            return "\n".join(lines) + "\n"
    lines.insert(0 if heading is None else heading + 1, wanted)
    return "\n".join(lines) + "\n"
