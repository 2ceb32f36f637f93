"""The sentences of a verdict that are no errors, in Japanese and English, and names of acts."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "package": (
        "{kind_ja}の証跡一式です。ノード「{node}」（{title}）が {created} に作成しました。"
        "記録 {count} 件。",
        "Evidence of {kind_en}, made by node “{node}” ({title}) at {created}; {count} records.",
    ),
    "admins": (
        "ノード名簿（第 {version} 版）には、信頼する管理者 {count} 名の署名があります"
        "（{fingerprints}）。",
        "The directory (version {version}) is signed by {count} trusted administrators"
        " ({fingerprints}).",
    ),
    "directory_expired": (
        "ノード名簿の有効期限（{expires}）は過ぎています。証跡を作成した時点では有効でした。",
        "The directory has expired ({expires}); it was valid when the evidence was made.",
    ),
    "checkpoint": (
        "検証点（記録 {size} 件まで）には、ノード「{node}」の正しい署名があります（{time}）。",
        "The checkpoint (over {size} records) is signed by node “{node}” ({time}).",
    ),
    "witnesses": (
        "立会ノードが検証点に連署しています: {names}（必要数 {needed}、最後の連署 {time}）。",
        "Witnesses have countersigned the checkpoint: {names} (needed {needed}, last at {time}).",
    ),
    "witness_absent": (
        "必要数は満たしていますが、次の立会ノードの連署はありません: {names}。",
        "Enough witnesses have countersigned, but these have not: {names}.",
    ),
    "signatures": (
        "記録 {count} 件すべてに、ノード「{node}」の正しい署名があります。",
        "All {count} records carry a valid signature of node “{node}”.",
    ),
    "inclusion": (
        "記録 {count} 件すべてが、検証点の台帳に元のまま含まれています。",
        "All {count} records stand unchanged in the log of the checkpoint.",
    ),
    "period": (
        "台帳の {start} 番から {end} 番までの記録が、抜けも差し替えもなくそろっています。",
        "Records {start} to {end} of the log are complete, none left out and none exchanged.",
    ),
    "disclosures": (
        "開示された項目 {count} 個は、記録にあるハッシュ値と一致します。",
        "The {count} disclosed values match the hashes in the records.",
    ),
    "acts": (
        "受け渡し {count} 件の手続きは、申請・判定・承認・送信の順にそろっています。",
        "The acts of {count} transfers are complete and in order (submitted, judged, approved,"
        " sent).",
    ),
    "acts_begun_before": (
        "受け渡し {count} 件は、この証跡の範囲より前に始まっているため、"
        "手続きの順序は確かめていません。",
        "{count} transfers began before the records in this package; their order was not checked.",
    ),
    "unrelated": (
        "この受け渡しと別の対象の記録が {count} 件含まれています。",
        "{count} records are about something else than this transfer.",
    ),
    "confirm_pending": (
        "受け渡し {transfer} の事後確認は {found} 名分です（必要 {needed} 名）。",
        "Transfer {transfer} has been confirmed after the fact by {found} of {needed} people.",
    ),
    "objected": (
        "受け渡し {transfer} の事後確認で異議が記録されています（記録 {index} 番）。",
        "An objection was recorded when transfer {transfer} was confirmed (record {index}).",
    ),
    "unknown_kinds": (
        "この検証プログラムが知らない種類の記録があります: {kinds}。",
        "There are records of kinds that this verifier does not know: {kinds}.",
    ),
    "clock_back": (
        "記録 {index} 番の時刻は、その前の記録より古くなっています。"
        "ノードの時計を確かめてください。",
        "Record {index} carries an earlier time than the one before it; check the node's clock.",
    ),
    "parcels": (
        "封緘データの目録 {count} 件は、送り元の署名があり、記録と一致します。",
        "The {count} parcel manifests are signed by their senders and agree with the records.",
    ),
    "parcels_elsewhere": (
        "封緘データの目録または受領証 {count} 件は、この証跡に含まれる記録のものではありません。",
        "{count} manifests or receipts belong to no record in this package.",
    ),
    "daily_key": (
        "封緘データ {parcel} は、1回限りの鍵ではなく日替わりの鍵で封緘されています。",
        "Parcel {parcel} was sealed to a daily key instead of a one-time key.",
    ),
    "receipts": (
        "受領証 {count} 件は、受け取ったノードの署名があり、"
        "封緘データと添え状のハッシュ値が記録と一致します。",
        "The {count} receipts are signed by the receiving nodes, and the hashes of parcel and"
        " letter agree with the records.",
    ),
    "receipt_refused": (
        "封緘データ {parcel} は、受け取り側が拒否しています（{code}）。",
        "Parcel {parcel} was refused by the receiving node ({code}).",
    ),
    "consistent": (
        "検証点は、以前の検証点（記録 {old} 件）から書き換えも削除もなく続いています。",
        "The checkpoint continues the earlier one (over {old} records); nothing was changed or"
        " removed.",
    ),
    "previous": (
        "手元の検証点（記録 {old} 件）から、書き換えも削除もなく続いています。",
        "It continues the checkpoint you keep (over {old} records), nothing changed or removed.",
    ),
    "further": (
        "同じ種類の問題がほかに {count} 件あります。",
        "There are {count} more problems of the same kind.",
    ),
}

KIND_WORDS = {
    "transfer": ("受け渡し", "a transfer"),
    "period": ("期間", "a period"),
    "person": ("個人", "one person's acts"),
}

ACT_WORDS = {
    "transfer.submitted": ("申請", "submitted"),
    "transfer.disarmed": ("無害化", "disarmed"),
    "transfer.judged": ("経路の判定", "judged"),
    "transfer.approved": ("承認", "approved"),
    "transfer.sent_back": ("差戻し", "sent back"),
    "transfer.rejected": ("却下", "rejected"),
    "transfer.withdrawn": ("取下げ", "withdrawn"),
    "transfer.rescanned": ("送る前の再ウイルス検査", "scanned again before it left"),
    "transfer.sealed": ("封緘", "sealed"),
    "transfer.sent": ("送信", "sent"),
    "transfer.resent": ("再送の指示", "to be sent again"),
    "transfer.requeued": ("送信のやり直し", "queued again"),
    "transfer.receipted": ("受領証の受取り", "receipt taken"),
    "transfer.confirmed": ("事後確認", "confirmed after"),
    "transfer.failed": ("受領拒否の通知", "failed"),
    "transfer.read_after": ("後閲", "read afterwards"),
    "transfer.handed_on": ("宛先の追加", "handed on"),
    "transfer.expired": ("保存期間の終了", "expired"),
    "transfer.collected": ("受取り", "collected"),
    "transfer.partly_read": ("途中までの受取り", "handed out in part"),
    "upload.received": ("アップロードの完了", "upload received"),
    "upload.inspected": ("申請前の確認", "upload inspected"),
    "upload.erased": ("アップロードの消去", "upload erased"),
    "parcel.received": ("封緘データの受領", "parcel received"),
    "parcel.refused": ("封緘データの拒否", "parcel refused"),
    "parcel.disarmed": ("受領側での無害化の確認", "disarmed again by the receiver"),
    "vault.erased": ("保管庫からの消去", "erased"),
    "vault.rotated": ("保管庫の鍵の更新", "vault key rotated"),
    "key.destroyed": ("鍵の破棄", "key destroyed"),
    "directory.accepted": ("ノード名簿の受入れ", "directory accepted"),
    "handover.accepted": ("鍵の引き継ぎの受入れ", "hand-over accepted"),
    "witness.refused": ("立会の見送り", "witnessing refused"),
    "witness.answered": ("立会の回答", "witness answered"),
    "notice.refused": ("通知の受入れ拒否", "notice refused"),
    "evidence.forgotten": ("開示情報の消去", "disclosures erased"),
    "token.issued": ("機械用トークンの発行", "machine token issued"),
    "token.revoked": ("機械用トークンの失効", "machine token revoked"),
    "watch.added": ("見張りフォルダーの登録", "watched folder registered"),
    "watch.ended": ("見張りフォルダーの廃止", "watched folder ended"),
    "node.restored": ("控えからの復元", "restored from a backup"),
    "route.saved": ("経路の登録", "route saved"),
    "route.closed": ("経路の廃止", "route closed"),
    "exception.granted": ("無害化の例外の登録", "exception granted"),
    "exception.ended": ("無害化の例外の終了", "exception ended"),
    "person.saved": ("利用者の登録", "person registered"),
    "person.retired": ("利用者の停止", "person retired"),
    "person.appointed": ("所属・役職の登録", "post registered"),
    "sign_in.succeeded": ("その日の最初のサインイン", "first sign-in of a day"),
    "sign_in.locked": ("サインインのロック", "sign-in locked"),
    "sign_in.unlocked": ("サインインのロックの解除", "sign-in unlocked"),
    "password.issued": ("パスワードの再設定", "password issued"),
    "password.changed": ("パスワードの変更", "password changed"),
    "factor.added": ("二つめの要素の登録", "second factor added"),
    "factor.removed": ("二つめの要素の削除", "second factor removed"),
    "sessions.ended": ("管理者によるサインインの終了", "sessions ended by an administrator"),
    "factors.reset": ("二つめの要素の取消し", "second factors reset"),
    "absence.saved": ("不在・代決者の登録", "absence and deputy registered"),
    "absence.ended": ("不在の終了", "absence ended"),
    "unit.saved": ("組織の登録", "unit registered"),
    "organisation.imported": ("組織表の取込み", "organisation imported"),
    "flow.registered": ("定例連携の登録", "flow registered"),
    "flow.changed": ("定例連携の変更", "flow changed"),
    "flow.started": ("定例連携の開始", "flow started"),
    "flow.suspended": ("定例連携の停止", "flow suspended"),
    "flow.ended": ("定例連携の廃止", "flow ended"),
    "flow.used": ("定例連携による受け渡し", "transfer under a flow"),
    "flow.decided": ("定例連携の判断", "decision about a flow"),
    "flow.asked": ("調査票の作成", "hearing sheet made"),
    "flow.answered": ("調査票の取込み", "hearing sheet taken"),
    "asset.registered": ("機器・媒体の登録", "asset registered"),
    "asset.changed": ("機器・媒体の登録の変更", "asset changed"),
    "asset.moved": ("機器・媒体の保管・使用", "asset moved"),
    "asset.missing": ("機器・媒体の所在不明", "asset missing"),
    "asset.found": ("機器・媒体の発見", "asset found"),
    "risk.saved": ("リスク評価のモデルの保存", "risk model saved"),
    "risk.commented": ("リスク評価への意見", "comment on a risk assessment"),
    "risk.answered": ("リスク評価への意見の回答", "comment on a risk assessment answered"),
    "risk.run": ("リスク評価の計算", "risk models compared"),
}
"""The kinds of events whose meaning this verifier knows; others are listed for information."""
