"""The plan (計画書): what is assessed, by whom and when, and which data is still missing."""

from __future__ import annotations

from sekisho.assess.result import Result
from sekisho.assess.telling.markup import heading, listed, paragraph, table
from sekisho.assess.telling.tables import pick
from sekisho.kernel.speech import Pair

KINDS: dict[str, Pair] = {
    "threat": ("脅威の回数", "frequency of threats"),
    "channel": ("受け渡しの手段の費用と手間", "cost and work of channels"),
    "asset": ("情報の価値と止まる日数", "worth of data and days stopped"),
    "flow": ("受け渡しの件数", "number of transfers"),
    "work": ("職員の時間の単価", "cost of staff time"),
    "measure": ("対策の費用と手間", "cost and work of measures"),
    "party": ("立場ごとの重み", "weights of parties"),
    "model": ("モデルの構成", "make-up of models"),
    "network": ("ネットワークの構成", "make-up of networks"),
    "fact": ("構成の事実", "facts of the configuration"),
    "step": ("ステップの起こりやすさと日数", "chance and days of steps"),
}

PLAN: Pair = ("計画書", "Plan")


def plan(result: Result, language: str) -> str:
    """The plan as HTML, with empty places for what people decide."""

    def say(ja: str, en: str) -> str:
        return pick((ja, en), language)

    models = say("、", ", ").join(pick(f.model.words, language) for f in result.found)
    rows = [
        [
            say("目的", "purpose"),
            say(
                "データ連携のモデルを同じ物差しで比べ、対策を選ぶ。",
                "Compare models of data linkage by one measure, and choose measures.",
            ),
        ],
        [say("範囲", "scope"), models],
        [say("担当", "who"), ""],
        [say("日程", "schedule"), ""],
        [
            say("判断の基準", "criteria"),
            say(
                "差があると言えるときだけ、優れていると書く。",
                "A model is called better only where a difference can be claimed.",
            ),
        ],
        [
            say("見直しの条件", "review"),
            say(
                "構成・費用・件数が変わったとき、または1年たったとき。",
                "When structure, cost or numbers change, or after a year.",
            ),
        ],
        [say("承認", "approval"), ""],
    ]
    count: dict[str, int] = {}
    for kind, _ in result.missing:
        count[kind] = count.get(kind, 0) + 1
    lacking = [
        say(f"{pick(KINDS[kind], language)}：{n}件", f"{pick(KINDS[kind], language)}: {n}")
        for kind, n in count.items()
    ]
    return "".join(
        [
            heading(2, pick(PLAN, language), "plan"),
            table([say("項目", "item"), say("内容", "content")], rows, ""),
            heading(3, say("まだ足りないデータ", "Data still missing")),
            paragraph(
                say(
                    "次の入力は推定のままです。自庁の数字に置き換えてください。",
                    "These inputs are still estimates. Replace them by figures of your own.",
                )
            ),
            listed(lacking),
        ]
    )
