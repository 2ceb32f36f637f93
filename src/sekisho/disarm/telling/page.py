"""One page of HTML for the reports of a run. It asks for nothing from elsewhere and can be printed.

Whatever stands in a report may have been chosen by an attacker: everything is escaped, and the
page forbids itself scripts, pictures, forms and requests (Content-Security-Policy).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from importlib import resources

from sekisho.disarm.account import Act
from sekisho.disarm.report import Outcome, Report
from sekisho.disarm.sandbox.lockdown import Level
from sekisho.disarm.telling import sentences
from sekisho.disarm.telling.sentences import ACTS, LEVELS, OUTCOMES, Line, pick
from sekisho.kernel.errors import Explanation
from sekisho.kernel.names import shown

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_PROMINENT = (Act.FOUND, Act.STOPPED)
_NOTHING = {
    Outcome.REBUILT: (
        "取り除くものはありませんでした。安全な形に書き直しました。",
        "There was nothing to remove. It was written anew in a safe form.",
    ),
    Outcome.SAME: (
        "前に無害化したファイルです。そのまま通しました。",
        "It had been disarmed before and is the same.",
    ),
    Outcome.STOPPED: ("", ""),
    Outcome.EXCEPTED: (
        "登録された例外のため、無害化せずにそのまま通しました。",
        "It passed as it was, because of a registered exception.",
    ),
}
_PLAIN = (Act.REMOVED, Act.REPLACED, Act.CHANGED, Act.KEPT)


def page(reports: Sequence[Report], *, language: str, when: str, kept: bool = True) -> str:
    """The page in `ja` or `en`. `when`: the moment as people read it. `kept`: whether files were
    written (else it was a trial)."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{language}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{_title(language)}</title>",
            f"<style>\n{_style()}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{_title(language)}</h1>",
            f'<p class="about">{_about(when, language, kept)}</p>',
            _sums(reports, language),
            *(_article(report, language) for report in _worst_first(reports)),
            _foot(reports, language),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _title(language: str) -> str:
    return pick(("無害化の記録", "Record of disarming"), language)


def _style() -> str:
    return resources.files(__package__).joinpath("page.css").read_text("utf-8")


def _about(when: str, language: str, kept: bool) -> str:
    trial = pick(
        ("（試しに調べただけで、ファイルは書き出していません）", " (a trial: no file was written)"),
        language,
    )
    return escape(when) + ("" if kept else escape(trial))


def _worst_first(reports: Sequence[Report]) -> list[Report]:
    """Stopped files, then those to be looked at, then the rest, each in the order of the run."""
    return sorted(reports, key=_urgency)


def _urgency(report: Report) -> int:
    if report.outcome is Outcome.STOPPED:
        return 0
    return 1 if _needs_a_look(report) else 2


def _needs_a_look(report: Report) -> bool:
    return any(report.of(act) for act in _PROMINENT)


def _sums(reports: Sequence[Report], language: str) -> str:
    counts = Counter(report.outcome for report in reports)
    looks = sum(_needs_a_look(one) for one in reports if one.outcome is not Outcome.STOPPED)
    cells = [
        (counts[Outcome.REBUILT], "rebuilt", OUTCOMES[Outcome.REBUILT]),
        (counts[Outcome.SAME], "same", ("変更なし（無害化済み）", "unchanged (disarmed before)")),
        (counts[Outcome.STOPPED], "stopped", OUTCOMES[Outcome.STOPPED]),
        (looks, "care", ("通したが、確認が必要", "passed, to be checked")),
    ]
    items = "".join(
        f'<li class="{tone}"><b>{count}</b><span>{escape(pick(words, language))}</span></li>'
        for count, tone, words in cells
    )
    return f'<ul class="sums">{items}</ul>'


def _article(report: Report, language: str) -> str:
    """One file."""
    outcome = report.outcome
    parts = [
        f'<article class="{outcome.value}">',
        f"<header><h2>{_name(report)}</h2>",
        f'<span class="mark">{escape(pick(OUTCOMES[outcome], language))}</span></header>',
        f'<p class="kind">{escape(_kind(report, language))}</p>',
    ]
    reason = sentences.why(report, language)
    if reason is not None:
        parts.append(_reason(reason, language))
    shown_any = reason is not None
    for act in (*_PROMINENT, *_PLAIN):
        found = sentences.lines(report, act, language)
        if found:
            parts.append(_rows(act, found, language))
            shown_any = True
    if not shown_any:
        parts.append(f'<p class="nothing">{pick(_NOTHING[outcome], language)}</p>')
    if report.left_out:
        more = (f"ほか {report.left_out} 件", f"and {report.left_out} more")
        parts.append(f'<p class="nothing">{pick(more, language)}</p>')
    return "\n".join([*parts, _facts(report, language), "</article>"])


def _name(report: Report) -> str:
    before = _visible(report.came_in.name)
    after = _visible(report.went_out.name) if report.went_out else before
    return before if before == after else f"{before} → {after}"


def _visible(untrusted: str) -> str:
    """A name or place: no direction tricks, and markup is text."""
    return "/".join(escape(shown(part)) for part in untrusted.split("/"))


def _kind(report: Report, language: str) -> str:
    sizes = [report.came_in.bytes]
    if report.went_out and report.outcome is not Outcome.SAME:
        sizes.append(report.went_out.bytes)
    return f"{sentences.kind_step(report, language)} · " + " → ".join(f"{n:,} B" for n in sizes)


def _reason(reason: Explanation, language: str) -> str:
    heading = pick(("止めた理由", "Why it was stopped"), language)
    return (
        f'<section class="box"><h3>{heading} <span>({escape(reason.code)})</span></h3>'
        f"<p>{escape(reason.what)}</p>{_advice(reason, language)}</section>"
    )


def _advice(reason: Explanation, language: str) -> str:
    pairs = (
        (pick(("次にすること", "What to do"), language), reason.next_step),
        (pick(("相談先", "Ask"), language), reason.ask),
    )
    return f"<dl>{''.join(f'<dt>{a}</dt><dd>{escape(b)}</dd>' for a, b in pairs)}</dl>"


def _rows(act: Act, found: Sequence[Line], language: str) -> str:
    items = "".join(_row(line) for line in found)
    tone = {Act.FOUND: ' class="box care"', Act.STOPPED: ' class="box stopped"'}.get(act, "")
    heading = escape(pick(ACTS[act], language))
    return f'<section{tone}><h3>{heading}</h3><ul class="rows">{items}</ul></section>'


def _row(line: Line) -> str:
    places = "".join(f'<span class="where">{_visible(place)}</span>' for place in line.places)
    samples = "".join(f'<span class="sample">{_visible(one)}</span>' for one in line.samples)
    reason = f'<span class="where">{escape(line.why.what)}</span>' if line.why else ""
    return f"<li>{escape(line.text)}{places}{reason}{samples}</li>"


def _facts(report: Report, language: str) -> str:
    """The digests: small, and always printed."""
    if report.went_out is None or report.outcome is Outcome.SAME:
        pairs = [("SHA-256", _digest(report.came_in.sha256))]
    else:
        before = pick(("元の SHA-256", "SHA-256 before"), language)
        pairs = [(before, _digest(report.came_in.sha256))]
        after = pick(("後の SHA-256", "SHA-256 after"), language)
        pairs.append((after, _digest(report.went_out.sha256)))
    return f'<dl class="facts">{"".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in pairs)}</dl>'


def _digest(digest: str) -> str:
    return f"<code>{escape(digest)}</code>"


def _foot(reports: Sequence[Report], language: str) -> str:
    """Versions and parts of the lockdown, once for the run."""
    tools = {name: version for one in reports for name, version in one.tools.items()}
    parts = dict.fromkeys(part for one in reports for part in one.sandbox.parts)
    comma = pick(("、", ", "), language)
    levels = dict.fromkeys(_level(one.sandbox.level, language) for one in reports)
    profiles = dict.fromkeys(shown(one.profile) for one in reports)
    rows = [
        (pick(("方式", "Profile"), language), comma.join(profiles)),
        (pick(("隔離の強さ", "Sandbox"), language), comma.join(levels)),
        (
            pick(("使ったもの", "Tools"), language),
            ", ".join(f"{name} {version}" for name, version in sorted(tools.items())),
        ),
        (
            pick(("隔離の内容", "Made of"), language),
            comma.join(sentences.part_words(one, language) for one in parts),
        ),
    ]
    written = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    return f'<footer><dl class="facts">{written}</dl></footer>'


def _level(level: str, language: str) -> str:
    """Also for a level of a newer version."""
    known = level in {one.value for one in Level}
    return pick(LEVELS[Level(level)], language) if known else shown(level)
