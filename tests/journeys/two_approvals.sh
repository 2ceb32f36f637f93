# A route that asks for two people: neither one person twice nor the sender counts.
. "$LIB"
echo 二人 >二人.txt
at internet; as admin
ok sekisho route change --to lgwan --approvals 2
at lgwan
ok sekisho route change --from internet --approvals 2

at internet; as sato
id=$(send 二人.txt)
as suzuki
ok sekisho approve "$id"
says "承認待ち"
refused SKS-T032 sekisho approve "$id"
ok sekisho list --waiting
says "受け渡しはありません"
as takahashi
ok sekisho approve "$id"
says "送信待ち"
everybody_works internet lgwan
is "$(state_of "$id")" received
