# The receiving side trusts none of it: it counts the signed approvals itself.
. "$LIB"
echo 一人 >一人.txt
at lgwan; as admin
ok sekisho route change --from internet --approvals 2

at internet; as sato
id=$(send 一人.txt)
as suzuki
ok sekisho approve "$id"
everybody_works internet lgwan
is "$(state_of "$id")" refused
ok sekisho show "$id"
says SKS-T042
ok sekisho status
says "受け取る側で止められた受け渡しが 1 件"
at lgwan; as sato
is "$(sekisho inbox --json)" "[]"

# The cause is mended, and the same transfer goes again in a new parcel.
as admin
ok sekisho route change --from internet --approvals 1
at internet; as sato
ok sekisho resend "$id"
everybody_works internet lgwan
is "$(state_of "$id")" received
