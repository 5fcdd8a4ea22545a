/// How fast a program runs, by the clock: what `ein bench` does.
///
/// ```text
/// Suite ──► Workload ──► Benchmark ──► Row… ──► Report: a table, JSON, Markdown
///                          │  RandomData, Facts: what goes in, what it costs
///                          │  Engine: a kernel of ours     } Contender
///                          │  Peer: a process of its own   }
///                          │  ResultCheck: no figure of a wrong result
///                          └─ Stopwatch: contenders take turns ──► Times
/// Limits: what the machine can do at most
/// ```
///
/// A peer is a program that computes the same by other means: it speaks the lines of JSON that
/// [org.einkorn.cli.bench.PeerProcess] describes, so that one in Python and one in Java are the
/// same kind of thing, and their libraries meet neither ours nor each other's.
@NullMarked
package org.einkorn.cli.bench;

import org.jspecify.annotations.NullMarked;
