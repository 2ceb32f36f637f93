# The worker goes on until it is told to stop, ends its round, and two of them do not quarrel.
. "$LIB"
at internet
sekisho run --interval 0.2 >一.out 2>一.err &
first=$!
sekisho run --interval 0.2 >二.out 2>二.err &
second=$!
echo 並行 >並行.txt
as sato
id=$(send 並行.txt)
as suzuki
ok sekisho approve "$id"
for _ in $(seq 100); do
  [ "$(state_of "$id")" = sent ] && break
  sleep 0.2
done
kill -TERM "$first"
kill -INT "$second"
wait "$first" || fail "the first ended with $?"
wait "$second" || fail "the second ended with $?"
is "$(state_of "$id")" sent
is "$(ls store/nodes/internet/parcels/lgwan/ | wc -l)" "$(ls store/nodes/internet/parcels/lgwan/ | grep -c head)"
everybody_works internet lgwan
is "$(state_of "$id")" received
as sato
is "$(sekisho show "$id" --json --node "$TOWN/lgwan" | field state)" received
