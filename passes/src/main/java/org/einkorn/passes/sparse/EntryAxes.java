package org.einkorn.passes.sparse;

import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.passes.rewrite.Site;

/// Which axes of a term go along the entries of listed tensors.
///
/// Such axes stay as they are: parts of them would be read where a list has no order, so that it
/// would have to be stored in full.
///
/// @param lists what is gone through entry by entry
public record EntryAxes(Lists lists, Site site) {
  /// The names of those axes.
  public Set<String> of(Contraction term) {
    Set<String> axes = new HashSet<>();
    Walk walk =
        Walk.ofScalars(
            scalar -> {
              if (scalar instanceof Scalar.Read read
                  && lists.of(read.tensor()).stream()
                      .anyMatch(list -> list.isReadPlainly(read, term.axes()) && pays(list))) {
                read.indices().forEach(index -> axes.addAll(Walk.variables(index)));
              }
            });
    term.operands().forEach(walk::visit);
    return axes;
  }

  private boolean pays(Listed list) {
    OptionalLong ratio = Lists.positionsPerEntry(list, site.context()::size);
    return ratio.isEmpty() || ratio.getAsLong() >= SkipZeros.POSITIONS_PER_ENTRY;
  }
}
