# The approver sends it back with a reason; the sender submits it again; then it is rejected,
# and the keys of what will never leave are destroyed.
. "$LIB"
echo 案 >案.txt
at internet; as sato
id=$(send 案.txt)

as suzuki
ends 2 sekisho return "$id"
ok sekisho return "$id" --reason "目的を詳しく書いてください"
says "差し戻しました"
refused SKS-T032 sekisho approve "$id"

as sato
ok sekisho status
says "差し戻された申請が 1 件"
ok sekisho show "$id"
says "「目的を詳しく書いてください」"
as suzuki
refused SKS-T033 sekisho resubmit "$id"
as sato
ok sekisho resubmit "$id" --purpose "令和8年度の様式の確認"
is "$(sekisho show "$id" --json | field round)" 2

as suzuki
ok sekisho reject "$id" --reason "別の経路で送ってください"
is "$(state_of "$id")" rejected
as sato
refused SKS-T010 sekisho resubmit "$id"
ok sekisho expire --rotate-now
says "送信分 1 件"
is "$(sekisho show "$id" --json | field erased)" True
