# Whoever runs the store changes a parcel: it is stopped, named, and nothing is lost.
. "$LIB"
echo 大切 >大切.txt
at internet; as sato
id=$(send 大切.txt)
as suzuki
ok sekisho approve "$id"
ok sekisho run --until-idle

for head in store/nodes/internet/parcels/lgwan/*.head; do
  "$PYTHON" - "$head" <<'PY'
import pathlib, sys
path = pathlib.Path(sys.argv[1])
data = bytearray(path.read_bytes())
data[-1] ^= 1
path.chmod(0o600)
path.write_bytes(data)
PY
done
at lgwan; as sato
sekisho run --until-idle >.out 2>.err
grep -q "エラー SKS-P" .err || fail "nobody noticed"
is "$(sekisho inbox --json)" "[]"
ok sekisho status
says "この1週間に止めた封緘データが"

# Away and cut short: never half a transfer.
at internet
everybody_works internet lgwan
is "$(state_of "$id")" refused
as sato
ok sekisho resend "$id"
everybody_works internet lgwan
is "$(state_of "$id")" received

# The evidence says what happened; changed evidence says nothing.
everybody_works lgwan internet
at lgwan; as admin
ok sekisho evidence export 期間.zip --since 2020-01-01
ok sekisho verify 期間.zip --admin "$ADMIN_1" --admin "$ADMIN_2" --threshold 2
cp 期間.zip 改ざん.zip
printf X | dd of=改ざん.zip bs=1 seek=4000 conv=notrunc status=none
ends 1 sekisho verify 改ざん.zip --admin "$ADMIN_1" --admin "$ADMIN_2"
says "判定: 証跡として認められません。"
