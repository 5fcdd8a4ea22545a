package org.einkorn.ir.verify;

import java.util.HashMap;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.TupleCount;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Rules about the numbers of tuples that fixpoints derive.
final class TupleCountRules {
  private TupleCountRules() {}

  static final Rule<Subject.Nests> FIT =
      new Rule<>(
          "tuple-counts-fit",
          "A number of tuples is an `i64`, computed from buffers without axes and from sizes.",
          (subject, report) -> {
            Map<String, TensorType> types = new HashMap<>();
            for (Buffer buffer : subject.module().allBuffers()) {
              types.put(buffer.name(), buffer.type());
            }
            for (TupleCount tuples : subject.module().tupleCounts()) {
              Place place = Place.of("`tuples " + tuples.relation() + "`");
              if (tuples.count().type() != DType.I64) {
                report.find(place, "is of type " + tuples.count().type());
              }
              Walk walk =
                  Walk.of(
                      part -> {
                        if (part instanceof Scalar.Read read
                            && !new TensorType(read.type(), read.indices())
                                .equals(types.get(read.tensor()))) {
                          report.find(place, "reads `" + read.tensor() + "`, which is no number");
                        }
                      },
                      index -> {
                        if (index instanceof IndexExpr.Variable(String name)) {
                          report.find(place, "depends on `" + name + "`");
                        }
                      });
              walk.visit(tuples.count());
            }
          });
}
