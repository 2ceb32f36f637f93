"""The sentences of a store's examination, in Japanese and English, apart from the checks."""

from __future__ import annotations

from typing import Any

from sekisho.store.report import Finding, Level


def finding(check: str, level: Level, sentence: str = "", **gaps: Any) -> Finding:
    """The finding of `check` in the words of `sentence` (default: of the check itself)."""
    ja, en = _SENTENCES[sentence or check]
    return Finding(check, level, ja.format(**gaps), en.format(**gaps))


_SENTENCES: dict[str, tuple[str, str]] = {
    "reach": (
        "受け渡し場所につながりました（最初の応答 {milliseconds:.0f} ミリ秒）。",
        "The store is there (first answer after {milliseconds:.0f} ms).",
    ),
    "latency": (
        "小さなデータ 1 件: 書き込み {put:.1f}、読み出し {get:.1f}、"
        "取り除き {delete:.1f} ミリ秒（中央値）。",
        "One small object: write {put:.1f}, read {get:.1f}, remove {delete:.1f} ms (medians).",
    ),
    "throughput": (
        "16 MiB のデータ: 書き込み毎秒 {put:.0f} MiB、読み出し毎秒 {get:.0f} MiB。",
        "A block of 16 MiB: write {put:.0f} MiB/s, read {get:.0f} MiB/s.",
    ),
    "throughput.changed": (
        "書き込んだ 16 MiB が、違う内容で返ってきました。"
        "サーバーやディスクの故障を疑ってください。",
        "16 MiB came back changed. Suspect that the server or its disk is damaged.",
    ),
    "write-once": (
        "すでにあるデータは書き換えられませんでした。",
        "What was there already was not overwritten.",
    ),
    "write-once.broken": (
        "すでにあるデータが書き換えられました。この場所は「書き込みは一度きり」を守りません。",
        "An object was overwritten: this place does not keep names write-once.",
    ),
    "racers": (
        "{racers} 件を同時に同じ名前で書いても、成功したのは 1 件だけでした（{races} 回）。",
        "Of {racers} writers of one name at the same moment exactly one won ({races} times).",
    ),
    "racers.several": (
        "同時に書いた {racers} 件のうち複数が成功しました（回ごとに {winners} 件）。"
        "このサーバーは上書き防止の指定を守りません。名前ごとに書き手は一つなので使えますが、"
        "同じノードを 2 台で動かさないでください。",
        "Of {racers} writers at the same moment several won ({winners} of them): this server "
        "ignores the condition not to overwrite. Every name has one writer, so it may be used; "
        "never run the same node on two machines.",
    ),
    "racers.mixed": (
        "同時に書くと、複数の書き込みが混ざったデータが残りました。この場所は使えません。",
        "Writers at the same moment left a mixture of their data. This place cannot be used.",
    ),
    "listing": (
        "書き込みも取り除きも、すぐ一覧に現れました。",
        "Listings showed what was written and what was removed at once.",
    ),
    "listing.late": (
        "一覧に現れるまで、書き込みは {shown:.1f} 秒、取り除きは {gone:.1f} 秒以上かかりました。"
        "受け取りがその分遅れます。",
        "It took {shown:.1f} s until a listing showed what was written, and {gone:.1f} s or more "
        "until it no longer showed what was removed. Receiving is late by as much.",
    ),
    "listing.never": (
        "書き込んだものが {seconds:.0f} 秒たっても一覧に出ません。受け手が気付けません。",
        "What was written is not listed after {seconds:.0f} s: receivers would not notice it.",
    ),
    "clock": (
        "受け渡し場所の時計との差は約 {seconds:+.0f} 秒です。",
        "The store's clock differs from ours by about {seconds:+.0f} s.",
    ),
    "clock.wrong": (
        "受け渡し場所の時計と {seconds:+.0f} 秒ずれています。どちらが正しいか確かめてください。",
        "The store's clock differs from ours by {seconds:+.0f} s. Find out which one is wrong.",
    ),
    "clock.unknown": (
        "受け渡し場所の時計は分かりませんでした。",
        "The store does not tell its clock.",
    ),
    "names": (
        "名前は {segments} 段・{bytes} バイトまで使えます。",
        "Names of {segments} segments and {bytes} bytes can be used.",
    ),
    "japanese-names.kept": (
        "日本語のファイル名も正しく保たれます（封緘データの名前は英数字だけです）。",
        "Japanese file names are kept too (parcels use plain letters and digits only).",
    ),
    "japanese-names.changed": (
        "日本語のファイル名は変わってしまいます"
        "（封緘データの名前は英数字だけなので影響ありません）。",
        "Japanese file names are changed (parcels do not use them, so it does not matter).",
    ),
    "japanese-names.unknown": (
        "日本語のファイル名が保たれるかは調べられませんでした（影響はありません）。",
        "Whether Japanese file names are kept could not be examined (it does not matter).",
    ),
    "deleting": (
        "書き込んだものを取り除けます。",
        "What was written can be removed.",
    ),
    "deleting.refused": (
        "書き込んだものを取り除けません。期限切れの封緘データがたまり続けます。"
        "権限を確かめてください。",
        "What was written cannot be removed: expired parcels will pile up. Check the permissions.",
    ),
    "space": (
        "空き容量は {free:.1f} GiB です。",
        "Free space: {free:.1f} GiB.",
    ),
    "space.unknown": (
        "空き容量は分かりません。サーバーの管理画面で確かめてください。",
        "The free space is not known; look at the server's own pages.",
    ),
    "left": (
        "調べるために書いたものが {at} の下に残りました。手で取り除いてください。",
        "What was written for the examination is left below {at}; remove it by hand.",
    ),
}
