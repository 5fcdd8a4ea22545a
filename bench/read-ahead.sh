#!/usr/bin/env bash
# What `annotate … prefetch` and `double-buffer` bring or cost: see ReadAhead.java. Takes a part of a kernel's
# name; all of them without.
set -euo pipefail
cd "$(dirname "$0")/.."
./ein --version >/dev/null # builds the command where it is not built
java=${JAVA:-$(sed -n 2p cli/target/ein/java)}
exec "$java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
  -cp cli/target/ein/lib/einkorn-cli.jar bench/ReadAhead.java "$@"
