#!/usr/bin/env bash
# How long the command takes to start: median and minimum of warm runs, as a table.
#
#   bench/startup.sh [RUNS]     RUNS of each command, 15 unless said otherwise
#
# Needs bash 5 (for its clock) and sort. `JAVA` names the java of the first row.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-15}
export EIN_CACHE=off # each run compiles for itself; see cache.sh for runs that do not
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

java=${JAVA:-$(sed -n 2p cli/target/ein/java 2>/dev/null || command -v java)}
cat >"$folder/Empty.java" <<'END'
public class Empty { public static void main(String[] arguments) {} }
END
"$(dirname "$java")/javac" -d "$folder" "$folder/Empty.java"
cat >"$folder/two.ein" <<'END'
X[i: 3] = i + 1
Y[i] = X[i] * X[i]
END
printf '1,2\n3,4\n' >"$folder/a.csv"

# One row: what is measured, then the command.
row() {
  local name=$1 times=() start end
  shift
  "$@" >/dev/null # fills the caches of files; and a failure must not look fast
  for ((run = 0; run < runs; run++)); do
    start=${EPOCHREALTIME//[.,]/}
    "$@" >/dev/null
    end=${EPOCHREALTIME//[.,]/}
    times+=($((end - start)))
  done
  mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
  printf '| %-34s | %9d | %7d |\n' "$name" $((times[runs / 2] / 1000)) $((times[0] / 1000))
}

./ein --version >/dev/null # builds the command where it is not built
printf '| %-34s | %9s | %7s |\n' command 'median ms' 'min ms'
printf '|%s|%s|%s|\n' ------------------------------------ ----------: --------:
row 'empty class, java alone' "$java" -XX:+UseSerialGC -cp "$folder" Empty
row 'ein --version' ./ein --version
row 'ein run two.ein' ./ein run "$folder/two.ein"
row 'ein run --backend llvm two.ein' ./ein run --backend llvm "$folder/two.ein"
row 'ein run --backend interp two.ein' ./ein run --backend interp "$folder/two.ein"
row 'ein einsum ij,jk->ik a.csv a.csv' ./ein einsum 'ij,jk->ik' "$folder/a.csv" "$folder/a.csv"
row 'ein run examples/digits.ein' ./ein run examples/digits.ein
