#!/usr/bin/env bash
# The coefficients by which the order of contractions is chosen, fitted anew: see FitCostModel.java.
# Compilation in the foreground, so that no sample is of interpreted code. With the argument `llvm`, on that backend.
set -euo pipefail
cd "$(dirname "$0")/.."
./ein --version >/dev/null # builds the command where it is not built
java=${JAVA:-$(sed -n 2p cli/target/ein/java)}
exec "$java" -Xbatch --enable-native-access=ALL-UNNAMED -cp cli/target/ein/lib/einkorn-cli.jar \
  bench/FitCostModel.java "$@"
