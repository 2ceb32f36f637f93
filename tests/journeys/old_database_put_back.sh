# An old copy of the database is put back: the node notices, stops, and says what to do.
. "$LIB"
echo 一 >一.txt
at internet; as sato
ok sekisho run --until-idle
cp internet/office.db 控え.db
id=$(send 一.txt)
ok sekisho run --until-idle
rm -f internet/office.db-wal internet/office.db-shm
cp 控え.db internet/office.db

ends 6 sekisho run --once
says SKS-L014
ends 6 sekisho run
ends 1 sekisho doctor
says "異常 証跡台帳: SKS-L014"
ok sekisho status
says "証跡台帳に異常があります"
