package org.einkorn.passes.relations;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.nest.Numbers;

/// The frontier of a relation that is a table: tuples stand in it in the order in which they came,
/// so those of a round are those between two numbers.
///
/// @param table the relation
record TableFrontier(TupleTable table) implements Frontier {
  private String first() {
    return table.name() + ".begin";
  }

  private String end() {
    return table.name() + ".end";
  }

  @Override
  public Optional<Scalar> derived() {
    return Optional.of(Numbers.minus(table.taken(), Numbers.of(1)));
  }

  @Override
  public boolean isRelation() {
    return true;
  }

  @Override
  public List<Buffer> buffers() {
    return List.of(Numbers.buffer(first()), Numbers.buffer(end()));
  }

  @Override
  public Stmt seed() {
    return Numbers.set(end(), Numbers.of(1));
  }

  @Override
  public Scalar isEmpty() {
    return Numbers.equal(Numbers.read(end()), table.taken());
  }

  @Override
  public Stmt open() {
    return Numbers.sequence(
        Numbers.set(first(), Numbers.read(end())), Numbers.set(end(), table.taken()));
  }

  @Override
  public Stmt close() {
    return new Stmt.Sequence(List.of());
  }

  @Override
  public Stmt forEachInBatch(Visit visit) {
    return table.forEach(Numbers.read(first()), Numbers.read(end()), "entry", visit::of);
  }

  @Override
  public Stmt improve(List<IndexExpr> at, Scalar value) {
    return table.insert(at);
  }
}
