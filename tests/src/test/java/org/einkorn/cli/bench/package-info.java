/// The parts of `ein bench`, and the programs of its suite.
@NullMarked
package org.einkorn.cli.bench;

import org.jspecify.annotations.NullMarked;
