#!/usr/bin/env bash
# How long fixpoints over relations take: wall time of the whole command, median and minimum, as a table.
#
#   bench/relations.sh [RUNS]     RUNS of each command, 5 unless said otherwise
#
# Needs bash 5 (for its clock) and sort.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}
export EIN_CACHE=off # each run compiles for itself
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# All pairs of a chain of 2,000 nodes: 1,999,000 tuples.
cat >"$folder/chain.ein" <<'END'
Next[x: 2000, y: 2000]: bool = x + 1 == y
Path(x, z) <- Next(x, z)
Path(x, z) <- Path(x, y), Next(y, z)
Count = sum[x, y](i64(Path[x, y]))
Count?
END

# What can be reached from one node along 1,000,000 edges between 300,000 nodes.
cat >"$folder/reach.ein" <<'END'
let Nodes = 300000
E[e: 1000000, c: 2]: i64 = i64(floor(random(e, c, seed: 1) * Nodes))
tensor Edge[Nodes, Nodes]: bool
Edge[E[e, 0], E[e, 1]] or= true
tensor Reached[Nodes]: bool
Reached(7)
Reached(y) <- Reached(x), Edge(x, y)
Count = sum[x](i64(Reached[x]))
Count?
END

row() {
  local name=$1 times=() start end
  shift
  "$@" >/dev/null # fills the caches of files; and a failure must not look fast
  for ((run = 0; run < runs; run++)); do
    start=${EPOCHREALTIME//[.,]/}
    "$@" >/dev/null
    end=${EPOCHREALTIME//[.,]/}
    times+=($(((end - start) / 1000)))
  done
  mapfile -t sorted < <(printf '%s\n' "${times[@]}" | sort -n)
  printf '| %-40s | %9d | %7d |\n' "$name" "${sorted[$((runs / 2))]}" "${sorted[0]}"
}

printf '| %-40s | median ms |  min ms |\n|%s|----------:|--------:|\n' command "$(printf -- '-%.0s' {1..42})"
for backend in jvm llvm; do
  row "chain of 2,000, all pairs, $backend" ./ein run --backend "$backend" "$folder/chain.ein"
  row "reach over 1,000,000 edges, $backend" ./ein run --backend "$backend" "$folder/reach.ein"
done
