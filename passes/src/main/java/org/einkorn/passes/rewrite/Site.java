package org.einkorn.passes.rewrite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.PassContext;

/// The program around a definition, as rules look at it.
public final class Site {
  private final Program program;
  private final PassContext context;
  private final List<Definition> order;
  private final Map<String, Definition> definitions = new HashMap<>();
  private final Map<String, TensorType> types = new HashMap<>();
  private final Map<String, Integer> reads = new HashMap<>();
  private final Set<String> kept = new HashSet<>();
  private final Set<String> bound = new HashSet<>();
  private final IdentityHashMap<Definition, Map<Class<?>, Object>> notes = new IdentityHashMap<>();
  private final Map<Class<?>, Index> indices = new HashMap<>();

  private Site(Program program, PassContext context) {
    this.program = program;
    this.context = context;
    this.order = new ArrayList<>(program.definitions());
    Signature signature = program.signature();
    signature.inputs().forEach(input -> types.put(input.name(), input.type()));
    signature.outputs().forEach(output -> kept.add(output.name()));
    program.slicings().forEach(slicing -> bound.addAll(slicing.definitions()));
    bound.addAll(EvaluationOrder.recurrent(program));
    kept.addAll(bound);
    order.forEach(this::note);
    order.forEach(definition -> kept.addAll(TensorReads.named(definition.body())));
  }

  /// The surroundings of the definitions of a program.
  public static Site of(Program program, PassContext context) {
    return new Site(program, context);
  }

  private void note(Definition definition) {
    definitions.put(definition.name(), definition);
    types.put(definition.name(), definition.type());
    count(definition, 1);
    indices.values().forEach(index -> index.fresh.add(definition));
  }

  private void forget(Definition definition) {
    count(definition, -1);
    indices.values().forEach(index -> index.remove(definition, this));
    notes.remove(definition);
  }

  /// The definitions by a fact about each.
  private static final class Index {
    private final Map<Object, List<Definition>> byFact = new HashMap<>();
    private final List<Definition> fresh = new ArrayList<>();
    private final Class<?> kind;

    Index(Class<?> kind, List<Definition> all) {
      this.kind = kind;
      fresh.addAll(all);
    }

    <T> List<Definition> of(T fact, Function<Definition, T> facts) {
      fresh.forEach(
          each -> byFact.computeIfAbsent(facts.apply(each), _ -> new ArrayList<>()).add(each));
      fresh.clear();
      return byFact.getOrDefault(fact, List.of());
    }

    void remove(Definition definition, Site site) {
      if (!fresh.removeIf(each -> each == definition)) {
        site.known(definition, kind)
            .map(byFact::get)
            .ifPresent(like -> like.removeIf(each -> each == definition));
      }
    }
  }

  private void count(Definition definition, int sign) {
    definition
        .body()
        .walk(
            Walk.ofScalars(
                scalar -> {
                  if (scalar instanceof Scalar.Read read) {
                    reads.merge(read.tensor(), sign, Integer::sum);
                  }
                }));
  }

  /// The definition at a place of the program; the driver's business, as are the next three.
  Definition at(int place) {
    return order.get(place);
  }

  int count() {
    return order.size();
  }

  /// Puts definitions in the place of one, and drops those that it alone needed.
  ///
  /// @return the place of the last of them
  int replace(int place, List<Definition> after) {
    Definition before = order.remove(place);
    forget(before);
    order.addAll(place, after);
    after.forEach(this::note);
    int last = place + after.size() - 1;
    for (String tensor : TensorReads.of(before.body())) {
      last -= drop(tensor);
    }
    return last;
  }

  /// Drops a definition that nothing needs any more, and what it alone needed.
  ///
  /// @return how many definitions are gone
  private int drop(String tensor) {
    Definition definition = definitions.get(tensor);
    if (definition == null || isKept(tensor) || reads(tensor) > 0) {
      return 0;
    }
    order.remove(placeOf(definition));
    definitions.remove(tensor);
    types.remove(tensor);
    forget(definition);
    int gone = 1;
    for (String source : TensorReads.of(definition.body())) {
      gone += drop(source);
    }
    return gone;
  }

  private int placeOf(Definition definition) {
    for (int place = 0; place < order.size(); place++) {
      if (order.get(place) == definition) {
        return place;
      }
    }
    throw new IllegalArgumentException("`" + definition.name() + "` is not in the program");
  }

  /// The program as it is now, the same instance where nothing was replaced.
  Program program() {
    return order.equals(program.definitions())
        ? program
        : new Program(program.name(), program.signature(), order, program.slicings());
  }

  /// What the pass may know.
  public PassContext context() {
    return context;
  }

  /// The definition of a tensor; nothing for an input.
  public Optional<Definition> definition(String tensor) {
    return Optional.ofNullable(definitions.get(tensor));
  }

  /// The definitions before one, in the order of the program.
  public List<Definition> before(Definition definition) {
    return List.copyOf(order.subList(0, placeOf(definition)));
  }

  /// The definitions before one of which a fact is equal to its own, in the order of the program.
  ///
  /// @param kind tells this fact from other facts
  public <T> List<Definition> alike(
      Definition definition, Class<T> kind, Function<Definition, T> fact) {
    List<Definition> like =
        indices
            .computeIfAbsent(kind, _ -> new Index(kind, order))
            .of(note(definition, kind, fact), each -> note(each, kind, fact));
    if (like.size() < 2) {
      return List.of();
    }
    int end = placeOf(definition);
    return like.stream()
        .filter(each -> placeOf(each) < end)
        .sorted(Comparator.comparingInt(this::placeOf))
        .toList();
  }

  /// The type of an input or a defined tensor; nothing for a name that is no tensor.
  public Optional<TensorType> type(String tensor) {
    return Optional.ofNullable(types.get(tensor));
  }

  /// A name like the one that is wanted, which no tensor has.
  public String free(String wanted) {
    String name = wanted;
    for (int number = 1; types.containsKey(name); number++) {
      name = wanted + "." + number;
    }
    return name;
  }

  /// At how many places of the program the elements of a tensor are read.
  public int reads(String tensor) {
    return reads.getOrDefault(tensor, 0);
  }

  /// Whether a tensor must stay: it is kept after the run, or computed piece by piece with others.
  public boolean isKept(String tensor) {
    return kept.contains(tensor);
  }

  /// Whether a definition is computed piece by piece together with others, in slices or in rounds;
  /// no rule looks at it then.
  boolean isBound(Definition definition) {
    return bound.contains(definition.name());
  }

  /// A fact about a definition, computed once. It stays true while other definitions are rewritten.
  ///
  /// @param kind tells this fact from other facts
  public <T> T note(Definition definition, Class<T> kind, Function<Definition, T> fact) {
    return known(definition, kind)
        .orElseGet(
            () -> {
              T found = fact.apply(definition);
              notes.computeIfAbsent(definition, some -> new HashMap<>()).put(kind, found);
              return found;
            });
  }

  /// The fact of a kind about a definition, if it was computed.
  public <T> Optional<T> known(Definition definition, Class<T> kind) {
    return Optional.ofNullable(notes.getOrDefault(definition, Map.of()).get(kind)).map(kind::cast);
  }
}
