package org.einkorn.ir.verify;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.tensor.Signature;

/// Rules about sizes that grow as a run needs.
final class GrowthRules {
  private GrowthRules() {}

  static final Rule<Subject.Nests> FIT =
      new Rule<>(
          "growths-fit",
          "A size that grows is the extent of the first axis of a temporary; it has a name of its"
              + " own, and no input or output depends on it.",
          (subject, report) -> {
            Set<String> outside = new HashSet<>();
            for (Signature.Output output : subject.signature().outputs()) {
              outside.add(output.name());
            }
            for (Growth growth : subject.module().growths()) {
              Place place = Place.of("`growing " + growth.symbol() + "`");
              Optional<Buffer> buffer =
                  subject.module().buffers().stream()
                      .filter(each -> each.name().equals(growth.buffer()))
                      .findFirst();
              boolean isFirstExtent =
                  buffer
                      .map(Buffer::type)
                      .filter(type -> type.rank() > 0)
                      .map(type -> type.extents().getFirst())
                      .filter(IndexExpr.symbol(growth.symbol())::equals)
                      .isPresent();
              if (!isFirstExtent || outside.contains(growth.buffer())) {
                report.find(
                    place, "is not the first extent of a temporary `" + growth.buffer() + "`");
              }
              if (subject.signature().symbols().contains(growth.symbol())) {
                report.find(place, "is a size that inputs fix, too");
              }
            }
          });
}
