# Two addressees; one takes a part first and the rest later; nothing is overwritten.
. "$LIB"
for n in 1 2 3; do echo "内容 $n" >"資料$n.txt"; done
at internet; as sato
id=$(sekisho send 資料*.txt --to lgwan --for sato --for suzuki --purpose 会議 --label 機密性1 --json | field transfer)
as suzuki
ok sekisho approve "$id"
everybody_works internet lgwan

at lgwan; as sato
refused SKS-T047 sekisho collect "$id" --into 佐藤 --file 4
ok sekisho collect "$id" --into 佐藤 --file 2
is "$(state_of "$id")" part

# The first file is written before the second is found to be there: that too is evidence.
refused SKS-V026 sekisho collect "$id" --into 佐藤
is "$(sekisho show "$id" --json | field files.0.collected)" 1
is "$(sekisho show "$id" --json | field files.2.collected)" 0
ok sekisho collect "$id" --into 佐藤 --rest
is "$(ls 佐藤 | wc -l)" 3
cmp 資料3.txt 佐藤/資料3.txt || fail "changed"
is "$(state_of "$id")" collected
refused SKS-T047 sekisho collect "$id" --into 佐藤 --rest
as suzuki
ok sekisho collect "$id" --into 鈴木
is "$(ls 鈴木 | wc -l)" 3
