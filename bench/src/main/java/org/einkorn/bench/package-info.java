/// Libraries that `ein bench` compares with, each in a process of its own.
///
/// [Main] reads lines of JSON from standard input and answers them, as docs/bench.md says; a
/// [Library] has the [Way]s to compute what it is asked for.
@NullMarked
package org.einkorn.bench;

import org.jspecify.annotations.NullMarked;
