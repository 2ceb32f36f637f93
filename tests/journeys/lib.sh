# What the journeys share. Each journey is a script that somebody could type, in a folder of its
# own ($TOWN) with three nodes and a store; `sekisho` is the command under test.

set -uo pipefail
cd "$TOWN"

at() { export SEKISHO_NODE="$TOWN/$1"; }
as() { export SEKISHO_AS="$1"; }

fail() {
  echo "FAILED: $*" >&2
  cat "$TOWN/.out" "$TOWN/.err" >&2 2>/dev/null
  exit 1
}

# What follows must end with this exit code; what it says can be asked for with `says`.
ends() {
  local wanted=$1 found
  shift
  "$@" >"$TOWN/.out" 2>"$TOWN/.err"
  found=$?
  [ "$found" = "$wanted" ] || fail "exit $found instead of $wanted: $*"
}

ok() { ends 0 "$@"; }

# What follows must be refused with this error code (exit codes 2 to 6).
refused() {
  local code=$1 found
  shift
  "$@" >"$TOWN/.out" 2>"$TOWN/.err"
  found=$?
  { [ "$found" -ge 2 ] && [ "$found" -le 6 ]; } || fail "exit $found: $*"
  grep -q " $code: " "$TOWN/.err" || fail "not $code: $*"
}

says() { cat "$TOWN/.out" "$TOWN/.err" | grep -qF -- "$1" || fail "nobody says “$1”"; }

# `field transfer` takes one value out of a JSON answer; `field 0.state` goes deeper.
field() {
  "$PYTHON" -c '
import json, sys
found = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    found = found[int(key)] if key.isdigit() else found[key]
print(found)' "$1"
}

is() { [ "$1" = "$2" ] || fail "“$1” instead of “$2”"; }

state_of() { sekisho show "$1" --json | field state; }

# Every named node works until it has nothing to do, then the first again: there and back.
everybody_works() {
  local node
  for node in "$@" "$1"; do
    sekisho run --until-idle --node "$TOWN/$node" >/dev/null || fail "run at $node"
  done
}

send() {
  sekisho send "$@" --to lgwan --for sato --purpose "固定資産税の通知" --label 機密性2 --json \
    | field transfer
}
