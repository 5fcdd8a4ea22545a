package org.einkorn.ir.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Listing;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Rules about outputs that are lists of tuples.
final class ListingRules {
  private static final TensorType NUMBER = new TensorType(DType.I64, List.of());

  private ListingRules() {}

  static final Rule<Subject.Nests> FIT =
      new Rule<>(
          "listings-fit",
          "A listing is of an output of truth values that no buffer holds, whose extents are"
              + " numbers or sizes that inputs fix; its tuples are a temporary `i64` with a column"
              + " for each axis, their number one without axes. No output has two.",
          (subject, report) -> {
            Map<String, TensorType> outputs = new HashMap<>();
            for (Signature.Output output : subject.signature().outputs()) {
              outputs.put(output.name(), output.type());
            }
            Map<String, TensorType> temporaries = new HashMap<>();
            for (Buffer buffer : subject.module().buffers()) {
              if (!outputs.containsKey(buffer.name())) {
                temporaries.put(buffer.name(), buffer.type());
              }
            }
            Set<String> seen = new HashSet<>();
            for (Listing listing : subject.module().listings()) {
              Place place = Place.of("`listing " + listing.relation() + "`");
              TensorType type = outputs.get(listing.relation());
              boolean isHeld =
                  subject.tensors().stream()
                      .anyMatch(tensor -> tensor.name().equals(listing.relation()));
              if (type == null || type.dtype() != DType.BOOL || isHeld) {
                report.find(place, "is not of an output of truth values that no buffer holds");
                continue;
              }
              if (!seen.add(listing.relation())) {
                report.find(place, "is the second of this output");
              }
              for (IndexExpr extent : type.extents()) {
                boolean isSize =
                    extent instanceof IndexExpr.Constant
                        || extent instanceof IndexExpr.Symbol(String name)
                            && subject.signature().symbols().contains(name);
                if (!isSize) {
                  report.find(place, "has an extent that is no size");
                }
              }
              TensorType tuples = temporaries.get(listing.tuples());
              if (tuples == null || !holdsTuples(tuples, type.rank())) {
                report.find(place, "no temporary `" + listing.tuples() + "` can hold its tuples");
              }
              if (!NUMBER.equals(temporaries.get(listing.count()))) {
                report.find(place, "no temporary `" + listing.count() + "` is a number");
              }
            }
          });

  private static boolean holdsTuples(TensorType type, int axes) {
    return type.dtype() == DType.I64
        && type.rank() == 2
        && type.extents().getLast().equals(IndexExpr.of(Math.max(1, axes)));
  }
}
