"""Writing a model file: the TOML that `model.study` reads, each value as it was given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from sekisho.assess.ranges import Range

Plain = str | float | Sequence[str] | Range | Mapping[str, float]
Tables = Mapping[str, Mapping[str, Mapping[str, Plain]]]


def written(tables: Tables, *, remarks: Iterable[str] = ()) -> str:
    """Kind → id → key → value as TOML, under remarks; the order is kept."""
    blocks = ["\n".join(f"# {_one_line(one)}" for one in remarks)]
    for kind, found in tables.items():
        for name, table in found.items():
            lines = [f"[{kind}.{quoted(name)}]"]
            lines += [f"{key} = {shown(value)}" for key, value in table.items()]
            blocks.append("\n".join(lines))
    return "\n\n".join(filter(None, blocks)) + "\n"


def quoted(text: str) -> str:
    """A text as TOML writes it. JSON writes it the same way, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def shown(value: Plain) -> str:
    """One value as it stands in a model file."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Range):
        return f"[{', '.join(map(_number, (value.low, value.likely, value.high)))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_number(one)}' for key, one in value.items())} }}"
    return f"[{', '.join(quoted(one) for one in value)}]"


def _number(value: float) -> str:
    """As people write it: a whole number without a point."""
    return str(int(value)) if float(value).is_integer() else repr(value)


def _one_line(text: str) -> str:
    """A remark must not end where its text breaks a line; nor may it hold what TOML refuses."""
    return "".join(one if one.isprintable() else " " for one in text)
