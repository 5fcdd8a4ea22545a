#!/usr/bin/env bash
# What products with listed tensors take beside the time their bytes take: see SparseProducts.java.
set -euo pipefail
cd "$(dirname "$0")/.."
./ein --version >/dev/null # builds the command where it is not built
java=${JAVA:-$(sed -n 2p cli/target/ein/java)}
exec "$java" --enable-native-access=ALL-UNNAMED -cp cli/target/ein/lib/einkorn-cli.jar \
  bench/SparseProducts.java
