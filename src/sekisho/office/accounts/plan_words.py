"""What a table would change in the organisation, in words."""

from __future__ import annotations

from sekisho.kernel.speech import Pair
from sekisho.office.accounts.reshuffle import Change, Kind

KIND_WORDS: dict[Kind, Pair] = {
    Kind.ADDED: ("追加", "added"),
    Kind.CHANGED: ("変更", "changed"),
    Kind.ENDED: ("終了", "ended"),
    Kind.SAME: ("変更なし", "same"),
}
SHEET_WORDS: dict[str, Pair] = {"units": ("組織", "units"), "people": ("人", "people")}


def sentence(change: Change) -> str:
    """`010101 資産税係（2026-04-01 – ）`: codes and names, and from when to when."""
    found = vars(change.entry)
    words = (found.get("code"), found.get("login"), found.get("name"), found.get("unit"))
    first = " ".join(str(one) for one in (*words, found.get("post")) if one)
    if "starts" not in found:
        return first
    return f"{first}（{found['starts']} – {found['ends'] or ''}）"
