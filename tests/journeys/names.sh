# Several files and a folder, with names that break where Shift_JIS or NFC is taken for granted.
. "$LIB"
mkdir -p 送付/令和８年度
printf a >"送付/表①～―ソ能ポ.txt"
printf b >"送付/令和８年度/髙﨑𠮷野.txt"
# か and ゛ apart, as macOS writes them.
printf c >"送付/令和８年度/$(printf 'か\xe3\x82\x99き').txt"
printf d >"送付/空白 と 'quote' \"二重\".txt"
: >送付/空.txt
printf e >単独.txt

at internet; as sato
id=$(send 送付 単独.txt)
is "$(sekisho show "$id" --json | field files.5.number)" 6
as suzuki
ok sekisho approve "$id"
everybody_works internet lgwan

at lgwan; as sato
ok sekisho collect "$id" --into 受取り --json
"$PYTHON" - "$TOWN" <<'PY' || fail "names or contents changed"
import hashlib, json, pathlib, sys
town = pathlib.Path(sys.argv[1])
found = json.loads((town / ".out").read_text())["files"]
sent = {str(p.relative_to(town)) for p in (town / "送付").rglob("*") if p.is_file()} | {"単独.txt"}
assert {one["sent_as"] for one in found} == sent, found
for one in found:
    written = (town / one["path"]).read_bytes()
    assert written == (town / one["sent_as"]).read_bytes(), one
    assert hashlib.sha256(written).hexdigest() == one["sha256"], one
PY

# What cannot travel is refused as a whole, and named.
at internet
ln -s 単独.txt 送付/近道
refused SKS-V020 sekisho send 送付 --to lgwan --for sato --purpose x --label 機密性2
rm 送付/近道
mkfifo 送付/管
refused SKS-V020 sekisho send 送付 --to lgwan --for sato --purpose x --label 機密性2
