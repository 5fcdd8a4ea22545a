#!/usr/bin/env bash
# What the order of the axes of temporaries is worth, as a table: see AxisOrders.java.
# The argument is a checkout to compare with, whose command is built; both run in turn.
set -euo pipefail
cd "$(dirname "$0")/.."
./ein --version >/dev/null # builds the command where it is not built
other=${1:?the checkout to compare with}
rounds=${ROUNDS:-5}
java=${JAVA:-$(sed -n 2p cli/target/ein/java)}
results=$(mktemp -d)
trap 'rm -r "$results"' EXIT
for ((round = 0; round < rounds; round++)); do
  for side in "$other" .; do
    "$java" --enable-native-access=ALL-UNNAMED -cp "$side/cli/target/ein/lib/einkorn-cli.jar" \
      bench/AxisOrders.java >>"$results/$([ "$side" = . ] && echo after || echo before)"
  done
done
median() { grep -F "$2"$'\t'"$3"$'\t' "$1" | cut -f3 | sort -g | sed -n "$((rounds / 2 + 1))p"; }
echo "| network | target | before ms | after ms | ratio |"
echo "|---|---|---:|---:|---:|"
cut -f1,2 "$results/after" | awk '!seen[$0]++' | while IFS=$'\t' read -r network target; do
  before=$(median "$results/before" "$network" "$target")
  after=$(median "$results/after" "$network" "$target")
  awk -v n="$network" -v t="$target" -v b="$before" -v a="$after" \
    'BEGIN { printf "| %s | %s | %.1f | %.1f | %.2f |\n", n, t, b, a, b / a }'
done
