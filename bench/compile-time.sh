#!/usr/bin/env bash
# What compilation takes: see CompileTime.java.
set -euo pipefail
cd "$(dirname "$0")/.."
./ein --version >/dev/null # builds the command where it is not built
java=${JAVA:-$(sed -n 2p cli/target/ein/java)}
# As ./ein runs it: with the serial collector.
exec "$java" -XX:+UseSerialGC --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
  -cp cli/target/ein/lib/einkorn-cli.jar bench/CompileTime.java
