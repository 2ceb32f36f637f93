# A mistake in the settings names the file, the line and the nearest valid name.
. "$LIB"
at internet; as sato
cp internet/sekisho.toml 元.toml
printf '\n[work]\ninterval_secnds = 10\n' >>internet/sekisho.toml
refused SKS-C002 sekisho list
says "$(wc -l <internet/sekisho.toml) 行目"
says "interval_seconds"
cp 元.toml internet/sekisho.toml
ok sekisho list
SEKISHO_WORK_THREADS=many refused SKS-C003 sekisho list
SEKISHO_STORE_PATH=/nonexistent ends 5 sekisho run --once
says SKS-S
refused SKS-C004 sekisho list --node "$TOWN/どこにもない"
