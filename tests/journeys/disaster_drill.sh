# The drill of docs/runbook/災害訓練.md: a node is lost, comes back, and what was erased stays so.
. "$LIB"
echo 一 >一.txt
echo 二 >二.txt
at internet; as sato
ok sekisho recovery key safe.key --public safe.pub
stays=$(send 一.txt)
gone=$(send 二.txt)
ok sekisho run --once
sekisho backup --to data --keys-to keys --recovery-key safe.pub --json >backup.json || fail backup
data=$(field data <backup.json)
keys=$(field keys <backup.json)

ok sekisho withdraw "$gone"
ok sekisho expire
sleep 1
erased=$(sekisho backup --erased-only --to data --json | field erased)

ok sekisho backup --check "$data"
says "internet"
says "$(sekisho node show --json | field fingerprint)"
ok sekisho recovery show "$keys"
cp "$data" damaged.backup
printf 'x' | dd of=damaged.backup bs=1 seek=5000 conv=notrunc status=none
refused SKS-B002 sekisho backup --check damaged.backup

mv internet lost
ends 2 sekisho restore "$data" --keys "$keys" --recovery-key safe.key
ok sekisho restore "$data" --keys "$keys" --recovery-key safe.key --erased "$erased" --original-stopped
says "ノード internet を"
ok sekisho show "$stays"
is "$(state_of "$stays")" waiting
is "$(state_of "$gone")" expired
ok sekisho status
ok sekisho run --once
ok sekisho approve "$stays" --as suzuki
everybody_works internet lgwan
is "$(state_of "$stays")" received

# Without the list the node waits for somebody to look.
rm -r internet
ok sekisho restore "$data" --keys "$keys" --recovery-key safe.key --original-stopped
says "$gone"
ends 6 sekisho run --once
says SKS-B011
ok sekisho expire --rotate-now
