# A node changes its signing keys; what it sends and proves after that is believed all the same.
. "$LIB"
echo 鍵 >鍵.txt
at internet; as sato
ok sekisho node rotate-keys
says "第 1 世代"
everybody_works internet lgwan
id=$(send 鍵.txt)
as suzuki
ok sekisho approve "$id"
everybody_works internet lgwan
is "$(state_of "$id")" received
everybody_works internet lgwan
ok sekisho evidence export 証跡.zip --transfer "$id"
ok sekisho verify 証跡.zip --admin "$ADMIN_1" --admin "$ADMIN_2" --threshold 2
ok sekisho node rotate-keys
says "第 2 世代"
everybody_works internet lgwan
is "$(sekisho run --once --json | field troubles)" "[]"
