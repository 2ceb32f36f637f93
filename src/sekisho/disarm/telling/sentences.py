"""What a report says, in plain words of one language (`ja` or `en`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sekisho.disarm.account import Act, Entry
from sekisho.disarm.kinds import kinds, label
from sekisho.disarm.report import Outcome, Report
from sekisho.disarm.sandbox.lockdown import Level
from sekisho.disarm.words import things
from sekisho.disarm.work import Stopped
from sekisho.kernel.errors import Explanation, catalogue
from sekisho.kernel.names import shown

Pair = tuple[str, str]

OUTCOMES: dict[Outcome, Pair] = {
    Outcome.REBUILT: ("無害化しました", "disarmed"),
    Outcome.SAME: ("変更なし", "unchanged"),
    Outcome.STOPPED: ("止めました", "stopped"),
    Outcome.EXCEPTED: ("例外のため無害化していません", "not disarmed (registered exception)"),
}
ACTS: dict[Act, Pair] = {
    Act.FOUND: ("確かめてください", "Please check"),
    Act.STOPPED: ("通さなかった中のファイル", "Files inside that did not pass"),
    Act.REMOVED: ("取り除いたもの", "Removed"),
    Act.REPLACED: ("置き換えたもの", "Replaced"),
    Act.CHANGED: ("変えたもの", "Changed"),
    Act.KEPT: ("調べたうえで残したもの", "Checked and kept"),
}
LEVELS: dict[Level, Pair] = {
    Level.FULL: ("完全", "full"),
    Level.PARTIAL: ("一部のみ", "partial"),
    Level.NONE: ("なし", "none"),
}
PARTS: dict[str, Pair] = {
    "limits": ("メモリ・計算時間・出力の上限", "limits on memory, computing and output"),
    "no-new-privileges": ("権限を増やせない", "no new privileges"),
    "landlock": (
        "ファイルにも通信にも他の処理にも届かない（Landlock）",
        "reaches no file, no port and no process (Landlock)",
    ),
    "seccomp": (
        "一覧にないシステムコールを使えない（seccomp）",
        "only the system calls of a list (seccomp)",
    ),
    "user-namespace": ("利用者の名前空間", "user namespace of its own"),
    "network-namespace": ("通信の名前空間（どこにもつながらない）", "network of its own, empty"),
    "ipc-namespace": ("共有メモリの名前空間", "shared memory of its own"),
    "mount-namespace": ("ファイルシステムの名前空間", "file systems of its own"),
    "pid-namespace": ("他の処理が見えない", "sees no other process"),
    "empty-root": ("空のルートフォルダー", "an empty root folder"),
    "no-capabilities": ("管理者の権能を持たない", "no capabilities"),
}
"""Every part of the lockdown, those that make the level full first."""

_PLACES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """All rows of one thing: its words, how often, where, samples, and why a member stopped."""

    words: str
    count: int
    places: tuple[str, ...]
    samples: tuple[str, ...]
    why: Explanation | None = None

    @property
    def text(self) -> str:
        """Words and count: `マクロ ×2`."""
        return self.words if self.count == 1 else f"{self.words} ×{self.count}"


def pick(pair: Pair, language: str) -> str:
    """The one of two texts for a language."""
    return pair[0] if language == "ja" else pair[1]


def lines(report: Report, act: Act, language: str) -> list[Line]:
    """The rows of one act, those of one thing together, in the order of the report."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in report.of(act):
        groups.setdefault((entry.what, entry.code), []).append(entry)
    return [_line(what, code, rows, language) for (what, code), rows in groups.items()]


def summary(found: Iterable[Line], language: str, most: int = 4) -> str:
    """A few things in one cell of a table; `—` for none."""
    texts = [line.text for line in found]
    if not texts:
        return "—"
    more = len(texts) - most
    rest = [pick((f"ほか {more} 種類", f"{more} more"), language)] if more > 0 else []
    return pick(("、", ", "), language).join([*texts[:most], *rest])


def why(report: Report, language: str) -> Explanation | None:
    """Why the file was stopped: what happened, what to do, whom to ask; None when it was not."""
    return _explained(report.code, report.detail, language) if report.code else None


def kind_words(kind: str, language: str) -> str:
    """The words for a kind; also for one that nobody knows."""
    return label(kind, language) if kind in kinds() else pick(("不明", "unknown"), language)


def kind_step(report: Report, language: str) -> str:
    """`Word 文書`, or `マクロ付き Word 文書 → Word 文書` where the kind became another."""
    before = kind_words(report.came_in.kind, language)
    after = kind_words(report.went_out.kind, language) if report.went_out else before
    return before if before == after else f"{before} → {after}"


def part_words(part: str, language: str) -> str:
    """The words for a part of the lockdown; `landlock-7` is one of Landlock."""
    pair = PARTS.get("landlock" if part.startswith("landlock-") else part)
    return pick(pair, language) if pair else part


def _line(what: str, code: str, rows: list[Entry], language: str) -> Line:
    pair = things().get(what)
    return Line(
        words=pick(pair, language) if pair else shown(what),
        count=sum(row.count for row in rows),
        places=tuple(dict.fromkeys(row.where for row in rows if row.where))[:_PLACES_SHOWN],
        samples=tuple(dict.fromkeys(sample for row in rows for sample in row.samples)),
        why=_explained(code, {}, language) if code else None,
    )


def _explained(code: str, detail: object, language: str) -> Explanation:
    """Also for a code of a newer version, which is all that can be said then."""
    if code not in catalogue():
        return Explanation(code, code, "—", "—")
    params = dict(detail) if isinstance(detail, dict) else {}
    return Stopped(code, **params).explain(language)
