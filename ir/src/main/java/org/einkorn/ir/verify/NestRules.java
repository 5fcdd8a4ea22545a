package org.einkorn.ir.verify;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;

/// Rules about names, scopes and types in loop nests.
final class NestRules {
  private NestRules() {}

  static final Rule<Subject.Nests> FUNCTION_NAMES_UNIQUE =
      new Rule<>(
          "function-names-unique",
          "No two functions of a module have one name.",
          (subject, report) -> {
            Set<String> seen = new HashSet<>();
            for (Function function : subject.module().functions()) {
              if (!seen.add(function.name())) {
                report.find(
                    new Place("function `" + function.name() + "`", function.origin()),
                    "a second function `" + function.name() + "`");
              }
            }
          });

  static final Rule<Subject.Nests> SCOPES_OF_MEMORY =
      new Rule<>(
          "scopes-of-memory",
          "Buffers of a module are global; what `alloc` allocates is not.",
          (subject, report) -> {
            for (Buffer buffer : subject.module().buffers()) {
              if (buffer.scope() != Buffer.Scope.GLOBAL) {
                report.find(
                    Subject.Nests.place(buffer), "lies in " + buffer.scope().text() + " memory");
              }
            }
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.Allocate(Buffer buffer, Stmt body)
                  && buffer.scope() == Buffer.Scope.GLOBAL) {
                report.find(
                    site.context().place(), "allocates `" + buffer.name() + "` in global memory");
              }
            }
          });

  static final Rule<Subject.Nests> LOCAL_ARRAYS_SMALL =
      new Rule<>(
          "local-arrays-small",
          "A local array has numbers as extents, and at most 64 KiB.",
          (subject, report) -> {
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.Allocate(Buffer buffer, Stmt body)
                  && buffer.scope() == Buffer.Scope.LOCAL
                  && !isSmall(buffer)) {
                report.find(
                    site.context().place(),
                    "`"
                        + buffer.name()
                        + "` is local and "
                        + (buffer.constantElements().isEmpty()
                            ? "has an extent that is no number"
                            : "takes more than " + Buffer.MAX_LOCAL_BYTES + " bytes"));
              }
            }
          });

  private static boolean isSmall(Buffer buffer) {
    long most = Buffer.MAX_LOCAL_BYTES / buffer.type().dtype().byteSize();
    return buffer.constantElements().orElse(Long.MAX_VALUE) <= most;
  }

  static final Rule<Subject.Nests> ALLOCATIONS_HIDE_NOTHING =
      new Rule<>(
          "allocations-hide-nothing",
          "What is allocated has a name that nothing else in scope has.",
          (subject, report) -> {
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.Allocate(Buffer buffer, Stmt body)
                  && site.context().tensors().containsKey(buffer.name())) {
                report.find(site.context().place(), "`" + buffer.name() + "` hides another buffer");
              }
            }
          });

  static final Rule<Subject.Nests> VARIABLES_HIDE_NOTHING =
      new Rule<>(
          "variables-hide-nothing",
          "Loops and iterators have names that no symbol or variable in scope has.",
          (subject, report) -> {
            Set<String> symbols = Set.copyOf(subject.symbols());
            for (NestFacts.Site site : subject.nests().sites()) {
              Set<String> taken = new HashSet<>(symbols);
              taken.addAll(site.context().ranges().keySet());
              for (String variable : variables(site.statement())) {
                if (!taken.add(variable)) {
                  report.find(
                      site.context().place(),
                      "`" + variable + "` hides another variable or symbol");
                }
              }
            }
          });

  private static List<String> variables(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> List.of(loop.variable());
      case Stmt.Block block -> block.iters().stream().map(Stmt.BlockIter::variable).toList();
      case Stmt.Sequence _, Stmt.Allocate _, Stmt.If _, Stmt.When _, Stmt.While _, Stmt.Store _ ->
          List.of();
    };
  }

  static final Rule<Subject.Nests> BLOCKS_ISOLATED =
      new Rule<>(
          "blocks-isolated",
          "Inside a block, expressions use its iterators and the loops inside it, no loop outside.",
          (subject, report) ->
              subject
                  .facts()
                  .forEachIndex(
                      (expr, context) -> {
                        if (expr instanceof IndexExpr.Variable(String name)
                            && context.ranges().containsKey(name)
                            && !visibleInBlock(context).contains(name)) {
                          report.find(
                              context.place(),
                              "`" + name + "` belongs to a loop outside the block; bind it");
                        }
                      }));

  /// The variables that are declared by the innermost block around an expression, or inside it.
  private static Set<String> visibleInBlock(Context context) {
    Set<String> visible = new HashSet<>();
    for (Context.Frame frame : context.frames().reversed()) {
      switch (frame) {
        case Context.Frame.Loop(Stmt.For loop) -> visible.add(loop.variable());
        case Context.Frame.Memory _, Context.Frame.Guards _, Context.Frame.Data _ -> {}
        case Context.Frame.Block(Stmt.Block block) -> {
          visible.addAll(variables(block));
          return visible;
        }
      }
    }
    return visible;
  }

  static final Rule<Subject.Nests> BINDINGS_IN_RANGE =
      new Rule<>(
          "bindings-in-range",
          "An iterator of a block without guards is never bound outside its extent.",
          (subject, report) -> {
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.Block block
                  && block.guards().isEmpty()
                  && !site.context().isConditional()) {
                Bounds bounds = Bounds.of(site.context());
                for (Stmt.BlockIter iter : block.iters()) {
                  if (bounds.leaves(iter.binding(), iter.extent())) {
                    report.find(
                        site.context().place().in("block `" + block.name() + "`"),
                        "`%s = %s` leaves its extent `%s`"
                            .formatted(
                                iter.variable(),
                                ExprPrinter.print(iter.binding()),
                                ExprPrinter.print(iter.extent())));
                  }
                }
              }
            }
          });

  static final Rule<Subject.Nests> STORE_TYPES =
      new Rule<>(
          "store-types",
          "A stored value has the storage type of its buffer.",
          (subject, report) -> {
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.Store store) {
                TensorType type = site.context().tensors().get(store.buffer());
                if (type != null && store.value().type() != type.dtype()) {
                  report.find(
                      site.context().place(),
                      "a value of %s is stored in `%s: %s`"
                          .formatted(
                              store.value().type(), store.buffer(), ExprPrinter.print(type)));
                }
              }
            }
          });

  static final Rule<Subject.Nests> INPUTS_NOT_STORED =
      new Rule<>(
          "inputs-not-stored",
          "Nothing is stored into an input.",
          (subject, report) -> {
            Set<String> inputs = new HashSet<>();
            subject.signature().inputs().forEach(input -> inputs.add(input.name()));
            for (Facts.Access access : subject.facts().accesses()) {
              if (access.isStore()
                  && inputs.contains(access.tensor())
                  && MemoryRules.allocation(access).isEmpty()) {
                report.find(
                    access.context().place(), "`" + access.text() + "` is an element of an input");
              }
            }
          });

  static final Rule<Subject.Nests> REGIONS_DEFINED =
      new Rule<>(
          "regions-defined",
          "A region names a buffer in scope and has a range for each of its axes.",
          (subject, report) -> {
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.Block block) {
                Place place = site.context().place().in("block `" + block.name() + "`");
                for (List<Stmt.Region> regions : List.of(block.reads(), block.writes())) {
                  for (Stmt.Region region : regions) {
                    regionFault(region, site.context())
                        .ifPresent(fault -> report.find(place, fault));
                  }
                }
              }
            }
          });

  private static Optional<String> regionFault(Stmt.Region region, Context context) {
    TensorType type = context.tensors().get(region.buffer());
    if (type == null) {
      return Optional.of("a region of `" + region.buffer() + "`, which is not in scope");
    }
    return region.ranges().size() == type.rank()
        ? Optional.empty()
        : Optional.of(
            "a region of `%s` with %d ranges for %d axes"
                .formatted(region.buffer(), region.ranges().size(), type.rank()));
  }

  private static final String COMPLEX_BUFFER = "holds complex numbers";

  static final Rule<Subject.Nests> NUMBERS_REAL =
      new Rule<>(
          "numbers-real",
          "Loops compute with real numbers: a complex one is two of them, on a last axis.",
          (subject, report) -> {
            for (Buffer buffer : subject.module().buffers()) {
              if (buffer.type().dtype().isComplex()) {
                report.find(Subject.Nests.place(buffer), COMPLEX_BUFFER);
              }
            }
            for (NestFacts.Site site : subject.nests().sites()) {
              if (site.statement() instanceof Stmt.Allocate(Buffer buffer, Stmt body)
                  && buffer.type().dtype().isComplex()) {
                report.find(site.context().place(), "`" + buffer.name() + "` " + COMPLEX_BUFFER);
              }
            }
            subject
                .facts()
                .forEachScalar(
                    (scalar, context) -> {
                      if (scalar.type().isComplex() && !(scalar instanceof Scalar.Read)) {
                        report.find(
                            context.place(), "`" + ExprPrinter.print(scalar) + "` is complex");
                      }
                    });
          });

  static final List<Rule<? super Subject.Nests>> ALL =
      List.of(
          FUNCTION_NAMES_UNIQUE,
          SCOPES_OF_MEMORY,
          LOCAL_ARRAYS_SMALL,
          ALLOCATIONS_HIDE_NOTHING,
          VARIABLES_HIDE_NOTHING,
          BLOCKS_ISOLATED,
          BINDINGS_IN_RANGE,
          STORE_TYPES,
          INPUTS_NOT_STORED,
          REGIONS_DEFINED,
          NUMBERS_REAL);
}
