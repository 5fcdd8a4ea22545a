#!/usr/bin/env bash
# What a warm call of a kernel costs beside its work, and the first result of a new shape, as tables:
# see CallOverhead.java.
#
#   bench/call-overhead.sh [calls] [shapes]     both unless said otherwise
set -euo pipefail
cd "$(dirname "$0")/.."
./ein --version >/dev/null # builds the command where it is not built
java=${JAVA:-$(sed -n 2p cli/target/ein/java)}
exec "$java" --enable-native-access=ALL-UNNAMED -cp cli/target/ein/lib/einkorn-cli.jar \
  bench/CallOverhead.java "$@"
