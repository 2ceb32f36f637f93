"""How plans are shown: one value for programs, paragraphs for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sekisho.cli.answer import Shown, Table
from sekisho.cli.words import both
from sekisho.erase.media import KIND_WORDS, Medium
from sekisho.erase.planning.editions import Touched
from sekisho.erase.planning.plan import Judgement, Plan
from sekisho.erase.planning.rules import LEVELS, Rules
from sekisho.kernel.names import shown
from sekisho.kernel.sizes import shown_bytes
from sekisho.kernel.speech import Pair


def value(plan: Plan, rules: Rules) -> dict[str, Any]:
    """A plan as JSON: each method with its words in both languages."""
    return {
        "kind": plan.kind.value,
        "class": plan.asset_class.id,
        "purpose": plan.purpose.id,
        "token": plan.medium.token if plan.medium else None,
        "purge": plan.purges,
        "allowed": [_judged(one, rules) for one in plan.allowed],
        "refused": [_judged(one, rules) for one in plan.refused],
        "evidence": _spoken(plan.purpose.evidence),
        "remarks": [_spoken(one) for one in plan.remarks],
    }


def _judged(one: Judgement, rules: Rules) -> dict[str, Any]:
    method, edition = one.method, rules.editions[one.edition]
    return {
        "method": method.id,
        "level": method.level,
        "by_hand": method.by_hand,
        "words": _spoken(method.words),
        "why": _spoken(one.why),
        "verification": _spoken(method.verify),
        "residual_risk": _spoken(method.residual),
        "source": one.source,
        "edition": _spoken(edition.words),
        "certain": one.certain,
    }


def _spoken(words: Pair) -> dict[str, str]:
    return {"ja": words[0], "en": words[1]}


def shown_plan(plan: Plan, rules: Rules) -> Iterator[Shown]:
    """The plan for a person."""
    what = both(*KIND_WORDS[plan.kind])
    if plan.medium is not None:
        what = f"{what} {medium_line(plan.medium)}"
    yield f"{what} / {both(*plan.asset_class.words)} / {both(*plan.purpose.words)}"
    yield from (both(f"注意: {ja}", f"Note: {en}") for ja, en in plan.remarks)
    yield ""
    yield from _allowed(plan, rules)
    if plan.medium is not None and not plan.purges and plan.purpose.keeps != "no":
        yield both(
            "PURGE不可: この媒体には、使える「除去」がありません。",
            "PURGE not possible: nothing that sanitizes is left for this medium.",
        )
    yield ""
    yield both("使えない方法と理由:", "Refused, and why:")
    yield from (
        f"  {both(*one.method.words)} — {both(*one.why)}{_doubt(one)}"
        for one in plan.refused
        if one.rule != "wrong-medium"
    )
    yield ""
    yield both(f"記録すること: {plan.purpose.evidence[0]}", f"Record: {plan.purpose.evidence[1]}")


def medium_line(medium: Medium) -> str:
    """Model, serial number, size, device: which medium is meant."""
    size = shown_bytes(medium.extent.visible)
    return f"{shown(medium.model)} [{shown(medium.token)}] {size} {medium.path}".strip()


def _allowed(plan: Plan, rules: Rules) -> Iterator[str]:
    if not plan.allowed:
        yield both("使える方法はありません。", "No method is allowed.")
    for number, one in enumerate(plan.allowed, 1):
        method = one.method
        yield f"{number}. {both(*LEVELS[method.level])}: {both(*method.words)}  ({method.id})"
        yield f"   {both('検証', 'Verification')}: {both(*method.verify)}"
        yield f"   {both('残るリスク', 'Residual risk')}: {both(*method.residual)}"
        if method.why[0]:
            yield f"   {both('理由', 'Why')}: {both(*method.why)}"
        if method.nist[0]:
            yield f"   {both('NISTとの違い', 'NIST differs')}: {both(*method.nist)}"
        yield f"   {both('出典', 'Source')}: {_source(one, rules)}{_doubt(one)}"


def _source(one: Judgement, rules: Rules) -> str:
    edition = both(*rules.editions[one.edition].words)
    return edition if one.source in edition else f"{one.source} / {edition}"


def _doubt(one: Judgement) -> str:
    if one.certain:
        return ""
    return both("（未確認。庁内の規程で確かめてください）", " (unconfirmed: check your own policy)")


def change_value(one: Touched) -> dict[str, Any]:
    """A changed judgement as JSON."""
    cell = one.disposal
    return {
        "record": cell.id or None,
        "done": cell.done,
        "kind": cell.kind.value,
        "class": cell.asset_class,
        "purpose": cell.purpose,
        "method": cell.method,
        "allowed_before": one.before.allowed if one.before else None,
        "allowed_after": one.after.allowed if one.after else None,
    }


def changes(found: Sequence[Touched]) -> Table:
    """One row for each judgement that is another one under the new rules."""
    headers = (
        both("記録", "record"),
        both("媒体", "medium"),
        both("区分", "class"),
        both("目的", "purpose"),
        both("方法", "method"),
        both("いままで", "before"),
        both("新しい版", "after"),
    )
    rows = [
        (
            one.disposal.id or "—",
            both(*KIND_WORDS[one.disposal.kind]),
            one.disposal.asset_class,
            one.disposal.purpose,
            one.disposal.method,
            _said(one.before),
            _said(one.after),
        )
        for one in found
    ]
    return Table(headers, rows)


def _said(one: Judgement | None) -> str:
    if one is None:
        return both("なし", "absent")
    return both("使える", "allowed") if one.allowed else both("使えない", "refused")
