package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.warp.WarpProduct;

/// `for k < 16 { s } → for k < 16 mma m16n8k16 { s }`
///
/// The loop stays as it is, and is asked to be an instruction of the warp. That it can be one, for
/// the shape that its types have, is what [WarpProduct] proves. The instruction adds floats in
/// another order.
final class TensorizeProduct {
  /// How a schedule calls it: `tensorize k as mma`.
  static final String NAME = "mma";

  private TensorizeProduct() {}

  static Module apply(Nest nest, LoopName place) {
    Nest.Site<Stmt.For> site = nest.loop(place);
    Stmt.For loop = site.statement();
    if (loop.annotations().stream().anyMatch(each -> each instanceof Annotation.Mma)) {
      throw nest.refuse(Reason.MALFORMED, loop, "is an instruction `mma` already");
    }
    return switch (WarpProduct.of(site.around(), loop)) {
      case WarpProduct.Fault(String text, List<String> notes) ->
          throw nest.refuse(Reason.NO_MATCH, loop, text, notes.toArray(String[]::new));
      case WarpProduct.Matched(WarpProduct product) ->
          nest.replace(loop, loop.with(List.of(new Annotation.Mma(product.shape()))));
    };
  }
}
