"""The conditions of a route as a form in sections, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sekisho.disarm.profile import PROFILES
from sekisho.kernel.errors import InvalidInput
from sekisho.office.accounts.who import EVERYBODY
from sekisho.office.transfers.policy import AFTER, BEFORE, NOT_DISARMED
from sekisho.web.administration.fields import Field, Section
from sekisho.web.administration.values import exact_size, number_of, size_of, words_of

_STEP = re.compile(r"(?:(\d)\s*=)?\s*(.+)", re.ASCII)
_WHO = (
    "利用者名、role:approver（役割）、division:税務課（課）、*（すべて）。「、」で区切ります。",
    "User names, role:approver, division:NAME, * (everybody), with commas between.",
)
_WEEKDAYS = tuple(
    (str(number), pair)
    for number, pair in enumerate(
        (
            *(("月", "Mon"), ("火", "Tue"), ("水", "Wed"), ("木", "Thu")),
            *(("金", "Fri"), ("土", "Sat"), ("日", "Sun")),
        ),
        start=1,
    )
)
_PROFILES = (
    ("", ("決めない（無害化しない）", "not set (not disarmed)")),
    *((name, (name, name)) for name in PROFILES),
    (NOT_DISARMED, ("none（そのまま通す）", "none (passes as it is)")),
)

SECTIONS = (
    Section(
        "who",
        ("だれが", "Who"),
        (
            Field("senders", ("送れる人", "Who may send"), hint=_WHO, required=True),
            Field("recipients", ("受け取れる人", "Who may receive"), hint=_WHO, required=True),
        ),
    ),
    Section(
        "approval",
        ("承認", "Approval"),
        (
            Field(
                "timing",
                ("承認の時期", "When it is approved"),
                "select",
                choices=(
                    (BEFORE, ("事前承認（承認されてから送る）", "before it leaves")),
                    (AFTER, ("事後確認（先に送る）", "after it has left")),
                ),
            ),
            Field("approvals", ("承認の人数", "Approvals needed"), "number"),
            Field(
                "approvers",
                ("承認する人", "Who approves"),
                hint=(
                    "上と同じ書き方のほか、line:1（直近の所属長）、line:2（その上）、line:"
                    "（上位のだれか）。",
                    "As above, and line:1 (the nearest head), line:2 (the next), line: (any).",
                ),
                required=True,
            ),
            Field(
                "levels",
                (
                    "承認の段階（順に、1行に1段階。あれば人数と承認する人に代わる）",
                    "Steps, one a line",
                ),
                "lines",
                hint=(
                    "例: line:1 の次の行に 2=role:approver と書くと、直近の所属長、次に承認者2人。",
                    "Example: line:1, and on the next line 2=role:approver.",
                ),
            ),
            Field(
                "after_for",
                ("先に送って事後確認を受ける人", "Who leaves first and is confirmed after"),
                hint=_WHO,
            ),
            Field("decide_days", ("承認の期限（日）", "Days to decide"), "number"),
            Field(
                "emergency",
                ("緊急のとき、承認の前に送れる", "May leave at once in an emergency"),
                "flag",
            ),
            Field(
                "restricted",
                ("承認者にファイルを開かせない", "Approvers do not open files"),
                "flag",
            ),
            Field("bulk", ("まとめて承認できる", "Several may be approved at once"), "flag"),
        ),
    ),
    Section(
        "what",
        ("何を", "What"),
        (
            Field("labels", ("機密性の区分", "Classes of secrecy"), required=True),
            Field(
                "types",
                ("ファイルの種類", "Types of files"),
                hint=("例: docx、pdf、image。すべては *。", "E.g. docx, pdf, image; * for all."),
                required=True,
            ),
            Field("files_max", ("ファイル数の上限", "Files at most"), "number"),
            Field(
                "file_bytes_max",
                ("1ファイルの上限", "Size of one file at most"),
                hint=("例: 500 MiB", "e.g. 500 MiB"),
            ),
            Field(
                "transfer_bytes_max",
                ("合計の上限", "Size of all files at most"),
                hint=("例: 2 GiB", "e.g. 2 GiB"),
            ),
        ),
    ),
    Section(
        "disarming",
        ("無害化と検査", "Disarming and scanning"),
        (
            Field(
                "disarm_all",
                ("無害化の方式", "How files are disarmed"),
                "select",
                choices=_PROFILES,
            ),
            Field(
                "disarm_more",
                ("種類ごとの方式（1行に1つ）", "Otherwise for a type (one a line)"),
                "lines",
                hint=("例: docx=strict", "e.g. docx=strict"),
            ),
            Field(
                "rescan_hours",
                (
                    "送る前の再ウイルス検査までの時間（0 は検査しない）",
                    "Hours until a second virus scan (0: none)",
                ),
                "number",
            ),
        ),
    ),
    Section(
        "time",
        ("いつ・いつまで", "When and how long"),
        (
            Field(
                "schedule_days",
                ("送る曜日", "Days on which it leaves"),
                "checks",
                choices=_WEEKDAYS,
            ),
            Field("schedule_from", ("送る時間帯: 何時から", "Leaves from (hour)"), "number"),
            Field("schedule_to", ("何時まで", "until (hour)"), "number"),
            Field("retention_days", ("保存日数", "Days kept"), "number"),
            Field(
                "label_days",
                (
                    "区分ごとの保存日数（違うものだけ、1行に1つ）",
                    "Days kept of a class (one a line)",
                ),
                "lines",
                hint=("例: 機密性3A=7", "e.g. 機密性3A=7"),
            ),
            Field("parcel_days", ("封緘データの期限（日）", "Days a parcel lives"), "number"),
            Field(
                "collect_limit",
                ("受取り回数の上限（0 は無制限）", "Times it may be collected (0: no limit)"),
                "number",
            ),
        ),
    ),
)
FIELDS = tuple(one for section in SECTIONS for one in section.fields)
_LISTS = ("senders", "recipients", "approvers", "labels", "types", "after_for")
_NUMBERS = ("approvals", "files_max", "retention_days", "parcel_days", "collect_limit")
_MORE_NUMBERS = ("decide_days", "rescan_hours")
_SIZES = ("file_bytes_max", "transfer_bytes_max")
_FLAGS = ("emergency", "restricted", "bulk")


def values_of(policy: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """What stands in the fields for a policy (as it is kept in the row of a route)."""
    disarm = dict(policy["disarm"])
    hours = policy["schedule_hours"]
    return {
        **{key: "、".join(policy[key]) for key in _LISTS},
        **{key: str(policy[key]) for key in (*_NUMBERS, *_MORE_NUMBERS)},
        **{key: exact_size(policy[key]) for key in _SIZES},
        **{key: "1" if policy[key] else "" for key in _FLAGS},
        "timing": policy["timing"],
        "levels": "\n".join(_step_words(one) for one in policy["levels"]),
        "disarm_all": disarm.pop(EVERYBODY, ""),
        "disarm_more": "\n".join(f"{kind}={name}" for kind, name in sorted(disarm.items())),
        "label_days": "\n".join(f"{label}={days}" for label, days in policy["label_days"].items()),
        "schedule_days": [str(one) for one in policy["schedule_days"]],
        "schedule_from": str(hours[0]),
        "schedule_to": str(hours[1]),
    }


def policy_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed as a policy; whether it may be so says the office.

    Raises InvalidInput SKS-T002 for what cannot be read.
    """
    return {
        **{key: words_of(values[key]) for key in _LISTS},
        **{key: number_of(key, values[key]) for key in (*_NUMBERS, *_MORE_NUMBERS)},
        **{key: size_of(key, values[key]) for key in _SIZES},
        **{key: bool(values[key]) for key in _FLAGS},
        "timing": values["timing"],
        "levels": [_step(line) for line in values["levels"].splitlines() if line.strip()],
        "disarm": _disarm(values["disarm_all"], values["disarm_more"]),
        "label_days": _label_days(values["label_days"]),
        "schedule_days": [number_of("schedule_days", one) for one in values["schedule_days"]],
        "schedule_hours": [
            number_of("schedule_hours", values[key]) for key in ("schedule_from", "schedule_to")
        ],
    }


def _step_words(one: Mapping[str, Any]) -> str:
    return f"{one['approvals']}={','.join(one['approvers'])}"


def _step(line: str) -> dict[str, Any]:
    found = _STEP.fullmatch(line.strip())
    if found is None:
        raise InvalidInput("SKS-T002", key="levels", value=line[:40], allowed="2=role:approver")
    return {"approvers": words_of(found[2]), "approvals": int(found[1] or 1)}


def _label_days(lines: str) -> dict[str, int]:
    found = {}
    for word in words_of(lines):
        label, equals, days = word.rpartition("=")
        if not equals:
            raise InvalidInput("SKS-T002", key="label_days", value=word[:40], allowed="機密性3A=7")
        found[label.strip()] = number_of("label_days", days.strip())
    return found


def _disarm(whole: str, more: str) -> dict[str, str]:
    found = {EVERYBODY: whole} if whole else {}
    for word in words_of(more):
        kind, equals, name = word.partition("=")
        if not equals:
            raise InvalidInput("SKS-T002", key="disarm", value=word[:40], allowed="docx=strict")
        found[kind.strip()] = name.strip()
    return found
