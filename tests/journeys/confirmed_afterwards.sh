# 事後確認: the file leaves first, somebody looks at it after, and may object.
. "$LIB"
echo 急ぎ >急ぎ.txt
for end in "internet --to lgwan" "lgwan --from internet"; do
  set -- $end
  at "$1"; as admin
  ok sekisho route change "$2" "$3" --timing after
done
at internet; as sato
id=$(send 急ぎ.txt)
is "$(state_of "$id")" ready
everybody_works internet lgwan
is "$(state_of "$id")" received
refused SKS-T030 sekisho confirm "$id"
as suzuki
ok sekisho list --waiting
says "$id"
ok sekisho confirm "$id" --objection "区分が違います"
says "事後確認で異議あり"
refused SKS-T032 sekisho confirm "$id"
as takahashi
refused SKS-T034 sekisho confirm "$id"
