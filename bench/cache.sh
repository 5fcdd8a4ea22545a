#!/usr/bin/env bash
# What the cache of compiled code saves: the time to the result of a whole process that finds an empty
# cache, and of one that finds what the first has left. Medians and minima, as a table.
#
#   bench/cache.sh [RUNS] [PROGRAM]...     RUNS of each, in turn, 9 unless said otherwise
#
# Needs bash 5 (for its clock) and sort. The user's own cache is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-9}
shift || true
programs=("$@")
[ ${#programs[@]} -gt 0 ] || programs=(examples/paper/transformer.ein examples/mlp.ein examples/attention.ein)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

took= # milliseconds of the last run
run() {
  local start end
  start=${EPOCHREALTIME//[.,]/}
  ./ein run "$1" --backend "$2" --cache "$folder/cache" >"$folder/$3"
  end=${EPOCHREALTIME//[.,]/}
  took=$(((end - start) / 1000))
}

sorted() { printf '%s\n' "$@" | sort -n; }

./ein --version >/dev/null # builds the command where it is not built
printf '| %-32s | %-7s | %8s | %5s | %9s | %5s | %6s |\n' program backend 'first ms' min 'second ms' min ratio
printf '|%s|%s|%s|%s|%s|%s|%s|\n' ---------------------------------- --------- ---------: ------: ----------: ------: -------:
for program in "${programs[@]}"; do
  for backend in jvm llvm; do
    ./ein run "$program" --backend "$backend" --no-cache >/dev/null # fills the caches of files
    first=() second=()
    for ((number = 0; number < runs; number++)); do
      rm -rf "$folder/cache"
      run "$program" "$backend" one
      first+=("$took")
      run "$program" "$backend" two
      second+=("$took")
      cmp "$folder/one" "$folder/two" # the same answers
    done
    mapfile -t first < <(sorted "${first[@]}")
    mapfile -t second < <(sorted "${second[@]}")
    printf '| %-32s | %-7s | %8d | %5d | %9d | %5d | %5d%% |\n' "$program" "$backend" \
      "${first[runs / 2]}" "${first[0]}" "${second[runs / 2]}" "${second[0]}" \
      $((100 * second[runs / 2] / first[runs / 2]))
  done
done
