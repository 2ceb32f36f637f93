"""Every command of the top level: where its code stands and what it does, in one line.

The code is imported when the command is called, so that `sekisho --help` stays quick.
"""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.cli.words import Pair


@dataclass(frozen=True)
class Entry:
    """One command: `module:name` and its line in the list."""

    where: str
    spoken: Pair


SECTIONS: tuple[tuple[Pair, dict[str, Entry]], ...] = (
    (
        ("はじめに", "To begin"),
        {
            "demo": Entry(
                "demo:demo",
                (
                    "ファイルが領域を越えるところを、実際に動かして見せる",
                    "show a file crossing from one zone to another, for real",
                ),
            ),
            "init": Entry("init:init", ("ノードを作る", "make a node")),
            "node": Entry(
                "node:node",
                ("このノードの名前・鍵・紹介状", "this node's name, keys and card"),
            ),
            "directory": Entry(
                "directory:directory",
                (
                    "ノード名簿（どのノードがどこへ送れるか）を作り、署名し、取り込む",
                    "make, sign and import the directory of nodes",
                ),
            ),
            "person": Entry("person:person", ("利用者の登録", "register people")),
            "org": Entry(
                "org:org",
                (
                    "組織（部・課・係）と役職。Excel・CSV からの取込み",
                    "units and posts, imported from Excel or CSV",
                ),
            ),
            "absence": Entry("absence:absence", ("不在と代決者の登録", "absences and deputies")),
            "route": Entry(
                "route:route",
                ("経路とその条件（承認の人数、種類、保存期間）", "routes and their conditions"),
            ),
            "token": Entry(
                "token:token",
                ("機械用トークン（プログラムの権限）", "tokens: what programs may do"),
            ),
            "watch": Entry(
                "watch:watch",
                (
                    "見張りフォルダー（置けば送る、届けば書き出す）",
                    "watched folders: files in them are sent, arrivals written out",
                ),
            ),
            "exception": Entry(
                "exception:exception",
                ("無害化の例外（種類、責任者、期限）", "exceptions from disarming"),
            ),
            "flow": Entry(
                "flow:flow",
                (
                    "定例連携の台帳・見直し・調査票・判断",
                    "recurring exchanges: register, review, hearing sheets, decisions",
                ),
            ),
            "asset": Entry(
                "asset:asset",
                (
                    "機器・媒体の台帳（シリアル番号、区分、置き場所、リース）",
                    "devices and media: serial numbers, classes, places, leases",
                ),
            ),
        },
    ),
    (
        ("送る", "To send"),
        {
            "send": Entry("send:send", ("ファイルを申請する", "submit files")),
            "list": Entry("transfers:list_", ("送る受け渡しの一覧", "transfers that leave here")),
            "show": Entry(
                "transfers:show", ("受け渡し1件のくわしい内容", "everything about one transfer")
            ),
            "report": Entry(
                "report:report",
                ("受け渡し1件の無害化の報告", "what disarming did to the files of one transfer"),
            ),
            "preview": Entry(
                "preview:preview",
                (
                    "ファイルを開かずに、先頭のページを画像で見る",
                    "look at the first pages as pictures, without opening the file",
                ),
            ),
            "draft": Entry(
                "draft:draft",
                ("画面で作った下書きの一覧・内容・削除", "drafts made in the browser"),
            ),
            "withdraw": Entry("own:withdraw", ("申請を取り下げる", "withdraw a transfer")),
            "resubmit": Entry(
                "own:resubmit",
                ("差し戻された受け渡しを、もう一度申請する", "submit what was sent back again"),
            ),
            "resend": Entry(
                "own:resend",
                ("届かなかった受け渡しを、もう一度送る", "send again what did not arrive"),
            ),
        },
    ),
    (
        ("決める", "To decide"),
        {
            "approve": Entry("decide:approve", ("承認する", "approve a transfer")),
            "return": Entry("decide:return_", ("差し戻す", "send a transfer back to its sender")),
            "reject": Entry("decide:reject", ("却下する", "reject a transfer for good")),
            "confirm": Entry(
                "decide:confirm", ("事後確認をする", "confirm a transfer after it has left")
            ),
            "read-after": Entry(
                "decide:read_after",
                (
                    "不在の間に代決されたものを見る（後閲）",
                    "read what was decided in one's place",
                ),
            ),
        },
    ),
    (
        ("受け取る", "To receive"),
        {
            "inbox": Entry("collect:inbox", ("自分に届いた受け渡し", "what has arrived for me")),
            "collect": Entry("collect:collect", ("ファイルを受け取る", "collect files")),
            "hand-on": Entry(
                "hand_on:hand_on", ("宛先に同僚を加える", "let a colleague collect too")
            ),
        },
    ),
    (
        ("動かす", "To run"),
        {
            "run": Entry(
                "work:run",
                (
                    "送信・受信・受領証・立会い・消去を行う",
                    "send, fetch, answer, witness, erase",
                ),
            ),
            "serve": Entry(
                "serve:serve",
                ("画面を開けるようにする", "serve the pages of this node"),
            ),
            "status": Entry("status:status", ("いま対応が要ること", "what needs doing now")),
            "alert": Entry(
                "alert:alert",
                ("自分へのお知らせと、メールの受け取り方", "what I am told, and mail"),
            ),
            "calendar": Entry(
                "calendar:calendar",
                ("期限の一覧（カレンダーへの書き出しも）", "everything that has an end, by date"),
            ),
            "expire": Entry(
                "work:expire",
                ("保存期間が過ぎたものの鍵を破棄する", "destroy the keys of what is over"),
            ),
            "backup": Entry(
                "backup:backup",
                (
                    "動かしたまま控えを取る（鍵は別の場所へ）",
                    "back up a running node, its keys elsewhere",
                ),
            ),
            "restore": Entry(
                "restore:restore",
                ("控えからノードを戻す", "make a node again from its backup"),
            ),
            "recovery": Entry(
                "recovery:recovery",
                (
                    "控えの鍵を開く、復旧の鍵と合言葉",
                    "recovery keys and phrases that open the keys of backups",
                ),
            ),
            "doctor": Entry("doctor:doctor", ("ノードの点検", "examine this node")),
            "store": Entry("store:store", ("受け渡し場所の用意と点検", "make or examine a store")),
            "migrate": Entry(
                "migrate:migrate",
                ("更新後に、データベースの表を新しくする", "bring tables up to date"),
            ),
        },
    ),
    (
        ("無害化する", "To disarm"),
        {
            "disarm": Entry(
                "disarm:disarm",
                (
                    "ファイルを無害化する（ノードは要りません）",
                    "disarm files, without a node",
                ),
            ),
        },
    ),
    (
        ("比べる", "To compare"),
        {
            "assess": Entry(
                "assess:assess",
                (
                    "データ連携のモデルを比べる（比べるだけならノードは要りません）",
                    "compare models of data linkage; only from-node needs a node",
                ),
            ),
        },
    ),
    (
        ("リスク評価", "Risks"),
        {
            "risks": Entry(
                "risks:risks",
                (
                    "データ連携のモデルの検討（版・計算・意見）",
                    "studies of data linkage: versions, runs, comments",
                ),
            ),
        },
    ),
    (
        ("ドメイン名", "Domain names"),
        {
            "domains": Entry(
                "domains:domains",
                (
                    "ドメイン名の登録の単位と団体（ノードは要りません）",
                    "whose domain names are, without a node",
                ),
            ),
        },
    ),
    (
        ("消す", "To erase"),
        {
            "media": Entry(
                "media:media",
                (
                    "つながっている記録媒体（ノードは要りません）",
                    "media that are attached, without a node",
                ),
            ),
        },
    ),
    (
        ("示す", "To prove"),
        {
            "search": Entry(
                "search:search",
                (
                    "受け渡しを探す（文字、人、期間、状態）、Excel に書き出す",
                    "find transfers by text, person, period, state; export them",
                ),
            ),
            "period": Entry(
                "period:period",
                (
                    "期間（月、年度）の報告を PDF/A と Excel で書き出す",
                    "write the report on a period as PDF/A and Excel",
                ),
            ),
            "evidence": Entry(
                "evidence:evidence",
                ("証跡一式の書き出し、個人の情報の消去", "export evidence, forget disclosures"),
            ),
            "document": Entry(
                "document:document",
                (
                    "受け渡し1件の確認資料（PDF/A）と証跡一式を書き出す",
                    "write the proof of one transfer (PDF/A) and its evidence",
                ),
            ),
            "verify": Entry(
                "verify:verify",
                ("証跡一式を検証する（ノードは要りません）", "verify evidence, without a node"),
            ),
            "crypto": Entry(
                "crypto:crypto",
                ("使っている暗号方式と鍵", "algorithms and keys in use"),
            ),
        },
    ),
    (
        ("助ける", "To help"),
        {
            "explain": Entry("explain:explain", ("エラーコードの説明", "explain an error code")),
            "completion": Entry(
                "completion:completion",
                ("シェルの入力補完の設定を出す", "print the completion script of a shell"),
            ),
        },
    ),
)

COMMANDS: dict[str, Entry] = {
    name: entry for _, entries in SECTIONS for name, entry in entries.items()
}
