#!/usr/bin/env bash
# What tuning brings: see Tuning.java. Takes names of kernels; all of them without.
# JAVA_OPTIONS='-Dseeds=3 -Dtarget=jvm' runs more searches, or another target.
set -euo pipefail
cd "$(dirname "$0")/.."
./ein --version >/dev/null # builds the command where it is not built
java=${JAVA:-$(sed -n 2p cli/target/ein/java)}
exec "$java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED ${JAVA_OPTIONS:-} \
  -cp cli/target/ein/lib/einkorn-cli.jar bench/Tuning.java "$@"
