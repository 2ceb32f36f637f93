# A file crosses: submitted, approved by somebody else, sent, received, collected; then proven.
. "$LIB"
printf '固定資産税の通知書の様式\n' >様式.txt

at internet; as sato
id=$(send 様式.txt)
is "$(state_of "$id")" waiting
refused SKS-T030 sekisho approve "$id"

as suzuki
ok sekisho status
says "要対応 1 件"
ok sekisho approve "$id" --comment "確認しました"
says "送信待ち"
everybody_works internet lgwan
is "$(state_of "$id")" received

at lgwan; as takahashi
refused SKS-T040 sekisho collect "$id" --into 受取り
as sato
ok sekisho inbox
says "固定資産税の通知"
ok sekisho collect "$id" --into 受取り
cmp 様式.txt 受取り/様式.txt || fail "the file changed on its way"
is "$(state_of "$id")" collected

at internet
everybody_works internet lgwan
ok sekisho evidence export 証跡.zip --transfer "$id"
unset SEKISHO_NODE SEKISHO_AS
ends 1 sekisho verify 証跡.zip
says "判定: 確かめられない点があります。"
ok sekisho verify 証跡.zip --admin "$ADMIN_1" --admin "$ADMIN_2" --threshold 2
says "判定: 正しい証跡です。"
