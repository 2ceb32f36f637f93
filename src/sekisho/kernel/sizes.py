"""Sizes as people read them."""

from __future__ import annotations

from sekisho.kernel.limits import GIB, KIB, MIB


def shown_bytes(count: int) -> str:
    """`1.5 MiB`; small sizes exactly."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if count >= unit:
            text = f"{count / unit:.1f}".removesuffix(".0")
            return f"{text} {name}"
    return f"{count} B"
