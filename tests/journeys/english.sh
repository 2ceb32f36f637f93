# The same crossing for somebody who reads English, three nodes, one after the other.
. "$LIB"
unset SEKISHO_LANG
export LC_ALL=en_US.UTF-8
echo hello >hello.txt
at internet; as sato
refused SKS-T004 sekisho send hello.txt --to mynumber --for sato --purpose x --label 機密性1
says "There is no open route from internet to mynumber."
ok sekisho send hello.txt --to lgwan --for sato --purpose "A form" --label 機密性1
says "Waiting for approval."
id=$(sekisho list --json | field 0.transfer)
as suzuki
ok sekisho approve "$id"
says "Approved."
everybody_works internet lgwan
at lgwan; as sato
ok sekisho collect "$id" --into inbox
says "1 files collected."
refused SKS-V026 sekisho collect "$id" --into inbox
says "Next: "

ok sekisho send inbox/hello.txt --to mynumber --for sato --purpose "A form" --label 機密性1
id=$(sekisho list --json | field 0.transfer)
as suzuki
ok sekisho approve "$id"
everybody_works lgwan mynumber
at mynumber; as sato
ok sekisho collect "$id" --into deeper
cmp hello.txt deeper/hello.txt || fail "changed"
ok sekisho --lang ja show "$id"
says "受取り済み"
