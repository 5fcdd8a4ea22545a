package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.passes.normalize.Nested.Einsum;
import org.einkorn.passes.normalize.Nested.Operand;
import org.junit.jupiter.api.Test;

/// The theorems of Wenig, Rump, Blacher, Giesen, *The Syntax and Semantics of einsum* (arXiv
/// 2509.20020) as properties of the normal form, each on 2,000 random expressions.
///
/// `# I₁, …, Iₙ → I; T₁, …, Tₙ` is the einsum of tensors with those index strings. Each test builds
/// both sides of an equation at random, over each algebra in turn, and holds both sides and their
/// normal forms against the interpreter on small numbers, where all arithmetic is exact.
///
/// The statements are in our own words. Those of section 5 and of 6.1 follow the paper's account of
/// them; the texts of 6.4, 6.6 and 7.1–7.6 were not at hand, and what stands here for each is the
/// statement that its place in the paper calls for.
class EinsumTheoremsTest {
  private static final int EXPRESSIONS = 2000;
  private static final long SEED = Long.getLong("einkorn.seed", 20261121L);

  /// Makes one random claim.
  private interface Maker {
    Claim make(Draw draw);
  }

  /// What the two normal forms have in common, beside their values.
  private enum Forms {
    /// Nothing is asked.
    ANY,
    /// The number of loops.
    AXES,
    /// Everything, in one einsum.
    SAME
  }

  private static void forAll(List<Algebra> algebras, Forms forms, Maker maker) {
    for (int number = 0; number < EXPRESSIONS; number++) {
      long seed = SEED + number;
      Algebra algebra = algebras.get(number % algebras.size());
      Draw draw = new Draw(algebra, new Random(seed));
      Claim claim = maker.make(draw);
      String where = "-Deinkorn.seed=" + seed + " (the first expression) " + algebra;
      switch (forms) {
        case ANY -> claim.check(draw.random, where);
        case AXES -> claim.checkAxes(draw.random, where);
        case SAME -> claim.checkForm(draw.random, where);
      }
    }
  }

  /// Random parts of expressions over one algebra.
  private static final class Draw {
    final Algebra algebra;
    final Random random;
    final Map<String, Integer> extents;
    private final Map<String, List<String>> inputs = new java.util.LinkedHashMap<>();

    Draw(Algebra algebra, Random random) {
      this.algebra = algebra;
      this.random = random;
      boolean isEmpty = algebra.hasZero && random.nextInt(12) == 0;
      this.extents = Map.of("a", 1 + random.nextInt(3), "b", isEmpty ? 0 : 1 + random.nextInt(3));
    }

    Nested nested() {
      Nested nested = new Nested(algebra, extents);
      inputs.forEach(nested::input);
      return nested;
    }

    Claim claim(Nested left, Nested right) {
      return new Claim(algebra, left, right);
    }

    /// A string of symbols numbered from `first`.
    List<String> string(int atMost, int first) {
      List<String> symbols = new ArrayList<>();
      for (int length = random.nextInt(atMost + 1); length > 0; length--) {
        symbols.add(symbol(first));
      }
      return symbols;
    }

    String symbol(int first) {
      return (random.nextBoolean() ? "a" : "b") + (first + random.nextInt(2));
    }

    /// A new input with a string.
    Operand tensor(List<String> symbols) {
      String name = "X" + inputs.size();
      inputs.put(name, symbols);
      return new Operand.Indexed(name, symbols);
    }

    List<Operand> tensors(int atLeast, int atMost, int rank, int first) {
      List<Operand> operands = new ArrayList<>();
      for (int count = atLeast + random.nextInt(atMost - atLeast + 1); count > 0; count--) {
        operands.add(tensor(string(rank, first)));
      }
      return operands;
    }

    /// Some of the symbols in any order, each at most once.
    List<String> some(Set<String> symbols) {
      List<String> chosen = new ArrayList<>(symbols);
      Collections.shuffle(chosen, random);
      return chosen.subList(0, Math.min(3, random.nextInt(chosen.size() + 1)));
    }

    /// Some of the symbols, any number of times.
    List<String> repeated(Set<String> symbols) {
      List<String> all = List.copyOf(symbols);
      List<String> chosen = new ArrayList<>();
      for (int length = all.isEmpty() ? 0 : random.nextInt(4); length > 0; length--) {
        chosen.add(all.get(random.nextInt(all.size())));
      }
      return chosen;
    }

    /// A string with the letters of another: one that can index the same tensor.
    List<String> alike(List<String> symbols, int first) {
      return Nested.map(symbols, symbol -> symbol.charAt(0) + "" + (first + random.nextInt(2)));
    }
  }

  private static Set<String> symbols(List<Operand> operands) {
    return new Einsum(operands, List.of()).symbols();
  }

  private static List<Operand> with(List<Operand> operands, Operand more, Random random) {
    List<Operand> all = new ArrayList<>(operands);
    all.add(random.nextInt(all.size() + 1), more);
    return all;
  }

  // ---- section 5: the algebra of operands

  /// Theorem 5.1, commutativity: operands may be permuted if their index strings go with them.
  @Test
  void theorem51OperandsCommute() {
    forAll(
        List.of(Algebra.values()),
        Forms.SAME,
        draw -> {
          List<Operand> operands = draw.tensors(2, 4, 3, 0);
          List<String> output = draw.some(symbols(operands));
          List<Operand> permuted = new ArrayList<>(operands);
          Collections.shuffle(permuted, draw.random);
          return draw.claim(
              draw.nested().define("Y", new Einsum(operands, output)),
              draw.nested().define("Y", new Einsum(permuted, output)));
        });
  }

  /// Theorem 5.2, associativity: `#(A, #(B, C)) = #(#(A, B), C)`, where each inner einsum keeps the
  /// symbols that are needed outside of it and sums the others.
  @Test
  void theorem52OperandsAssociate() {
    forAll(
        List.of(Algebra.values()),
        Forms.SAME,
        draw -> {
          List<Operand> operands = draw.tensors(3, 3, 3, 0);
          List<String> output = draw.some(symbols(operands));
          return draw.claim(
              nestedFirst(draw, operands, output, 0), nestedFirst(draw, operands, output, 1));
        });
  }

  /// Two operands from `first` on in an einsum of their own.
  private static Nested nestedFirst(
      Draw draw, List<Operand> operands, List<String> output, int first) {
    List<Operand> inner = operands.subList(first, first + 2);
    List<Operand> outer = new ArrayList<>(operands);
    outer.removeAll(inner);
    Set<String> needed = new LinkedHashSet<>(symbols(outer));
    needed.addAll(output);
    List<String> kept = new ArrayList<>(symbols(inner));
    kept.retainAll(needed);
    outer.add(first, new Operand.Indexed("T", kept));
    return draw.nested()
        .define("T", new Einsum(inner, kept))
        .define("Y", new Einsum(outer, output));
  }

  /// Theorem 5.3, distributivity: `#(…, A ⊕ B, …) = #(…, A, …) ⊕ #(…, B, …)` for an elementwise ⊕
  /// of two tensors with one index string.
  @Test
  void theorem53OperandsDistributeOverElementwiseSums() {
    forAll(
        List.of(Algebra.values()),
        Forms.ANY,
        draw -> {
          List<Operand> operands = draw.tensors(0, 2, 3, 0);
          List<String> string = draw.string(3, 0);
          Operand.Indexed one = (Operand.Indexed) draw.tensor(string);
          Operand.Indexed other = (Operand.Indexed) draw.tensor(string);
          Operand sum = new Operand.Sum(one.tensor(), other.tensor(), string);
          int place = draw.random.nextInt(operands.size() + 1);
          List<String> output = draw.some(symbols(inserted(operands, place, one)));
          return draw.claim(
              draw.nested().define("Y", new Einsum(inserted(operands, place, sum), output)),
              draw.nested()
                  .define(
                      "Y",
                      new Einsum(inserted(operands, place, one), output),
                      new Einsum(inserted(operands, place, other), output)));
        });
  }

  private static List<Operand> inserted(List<Operand> operands, int place, Operand more) {
    List<Operand> all = new ArrayList<>(operands);
    all.add(place, more);
    return all;
  }

  // ---- section 6: nesting and denesting

  /// Theorem 6.1: an einsum that stands as an operand of another with its own output string for
  /// index string, and shares no other symbols with it, may be replaced by its operands.
  @Test
  void theorem61MatchingStringsDenest() {
    forAll(
        List.of(Algebra.values()),
        Forms.SAME,
        draw -> {
          List<Operand> inner = draw.tensors(1, 3, 3, 0);
          List<String> kept = draw.some(symbols(inner));
          List<Operand> outer = draw.tensors(0, 2, 2, 5);
          if (!kept.isEmpty() && draw.random.nextBoolean()) {
            outer.add(draw.tensor(draw.some(new LinkedHashSet<>(kept))));
          }
          int place = draw.random.nextInt(outer.size() + 1);
          List<Operand> nested = inserted(outer, place, new Operand.Indexed("T", kept));
          List<Operand> flat = new ArrayList<>(outer);
          flat.addAll(place, inner);
          List<String> output = draw.some(symbols(nested));
          return draw.claim(
              draw.nested()
                  .define("T", new Einsum(inner, kept))
                  .define("Y", new Einsum(nested, output)),
              draw.nested().define("Y", new Einsum(flat, output)));
        });
  }

  /// Theorem 6.4: the index string of the outer einsum may be any other string of matching extents,
  /// with repeated symbols too, and symbols may have the same names inside and outside: the inner
  /// symbols are renamed, each output symbol to the one that stands in its place outside.
  @Test
  void theorem64StringsOfOtherSymbolsDenest() {
    forAll(List.of(Algebra.values()), Forms.SAME, draw -> denested(draw, false));
  }

  /// Theorem 6.6: the output string of the inner einsum may have repeated symbols as well. In the
  /// graph whose edges connect the symbols at one place of the two strings, the symbols of each
  /// connected component become one.
  @Test
  void theorem66RepeatedSymbolsDenestByConnectedComponents() {
    forAll(Algebra.withZero(), Forms.SAME, draw -> denested(draw, true));
  }

  private static Claim denested(Draw draw, boolean repeats) {
    List<Operand> inner = draw.tensors(1, 3, 3, 0);
    List<String> kept = repeats ? draw.repeated(symbols(inner)) : draw.some(symbols(inner));
    List<String> read = draw.alike(kept, 0);
    List<Operand> outer = draw.tensors(0, 2, 3, 0);
    int place = draw.random.nextInt(outer.size() + 1);
    List<Operand> nested = inserted(outer, place, new Operand.Indexed("T", read));
    List<String> output = draw.some(symbols(nested));

    Map<String, String> component = new HashMap<>();
    for (int axis = 0; axis < kept.size(); axis++) {
      String one = find(component, "inner " + kept.get(axis));
      String other = find(component, read.get(axis));
      if (!one.equals(other)) {
        component.put(one, other);
      }
    }
    UnaryOperator<String> outside = symbol -> named(find(component, symbol));
    UnaryOperator<String> inside = symbol -> named(find(component, "inner " + symbol));
    List<Operand> flat =
        new ArrayList<>(outer.stream().map(operand -> operand.map(outside)).toList());
    flat.addAll(place, inner.stream().map(operand -> operand.map(inside)).toList());
    return draw.claim(
        draw.nested().define("T", new Einsum(inner, kept)).define("Y", new Einsum(nested, output)),
        draw.nested().define("Y", new Einsum(flat, Nested.map(output, outside))));
  }

  private static String find(Map<String, String> component, String symbol) {
    String at = symbol;
    while (component.containsKey(at)) {
      at = Objects.requireNonNull(component.get(at));
    }
    return at;
  }

  /// The representative as a symbol that no other has.
  private static String named(String representative) {
    return representative.startsWith("inner ")
        ? representative.substring("inner ".length()) + "9"
        : representative;
  }

  // ---- section 7: delta tensors and constant tensors

  /// Theorem 7.1: a factor δ(s, t) may be dropped if t is renamed to s everywhere else.
  @Test
  void theorem71DeltasRename() {
    forAll(
        Algebra.withZero(),
        Forms.ANY,
        draw -> {
          List<Operand> operands = draw.tensors(1, 3, 3, 0);
          String s = draw.symbol(0);
          String t = s.charAt(0) + "7";
          List<Operand> renamed = new ArrayList<>();
          List<Operand> apart = new ArrayList<>();
          for (Operand operand : operands) {
            apart.add(
                operand.map(symbol -> symbol.equals(s) && draw.random.nextBoolean() ? t : symbol));
            renamed.add(operand);
          }
          // `s` must stand on the right, to have its extent there
          Operand more = draw.tensor(List.of(s));
          renamed.add(more);
          apart.add(more);
          List<Operand> left = with(apart, new Operand.Delta(List.of(s), List.of(t)), draw.random);
          List<String> output = draw.some(symbols(left));
          return draw.claim(
              draw.nested().define("Y", new Einsum(left, output)),
              draw.nested()
                  .define(
                      "Y",
                      new Einsum(
                          renamed, Nested.map(output, symbol -> symbol.equals(t) ? s : symbol))));
        });
  }

  /// Theorem 7.2: a symbol that is repeated in the output may be a new one there, with a factor δ
  /// that makes the two equal.
  @Test
  void theorem72RepeatedOutputsAreDeltas() {
    forAll(
        Algebra.withZero(),
        Forms.ANY,
        draw -> {
          List<Operand> operands = draw.tensors(1, 3, 3, 0);
          operands.add(draw.tensor(List.of(draw.symbol(0))));
          List<String> output = new ArrayList<>(draw.repeated(symbols(operands)));
          String s = List.copyOf(symbols(operands)).getLast();
          output.add(s);
          List<String> apart = new ArrayList<>(output);
          String t = s.charAt(0) + "7";
          apart.set(apart.size() - 1, t);
          List<Operand> right =
              with(operands, new Operand.Delta(List.of(s), List.of(t)), draw.random);
          return draw.claim(
              draw.nested().define("Y", new Einsum(operands, output)),
              draw.nested().define("Y", new Einsum(right, apart)));
        });
  }

  /// Theorem 7.3, δ-split: the δ of two strings is the product of the δ of their symbols, place by
  /// place.
  @Test
  void theorem73DeltasSplit() {
    forAll(
        Algebra.withZero(),
        Forms.AXES,
        draw -> {
          List<Operand> operands = draw.tensors(1, 2, 3, 0);
          List<String> left = List.of(draw.symbol(0), draw.symbol(0));
          List<String> right = draw.alike(left, 0);
          List<Operand> whole = with(operands, new Operand.Delta(left, right), draw.random);
          List<Operand> split = new ArrayList<>(operands);
          for (int axis = 0; axis < left.size(); axis++) {
            split =
                with(
                    split,
                    new Operand.Delta(List.of(left.get(axis)), List.of(right.get(axis))),
                    draw.random);
          }
          List<String> output = draw.some(symbols(whole));
          return draw.claim(
              draw.nested().define("Y", new Einsum(whole, output)),
              draw.nested().define("Y", new Einsum(split, output)));
        });
  }

  /// Theorem 7.4, δ-merge: `δ(s, t)` and `δ(t, u)`, with t nowhere else, are `δ(s, u)`.
  @Test
  void theorem74DeltasMerge() {
    forAll(
        Algebra.withZero(),
        Forms.AXES,
        draw -> {
          List<Operand> operands = draw.tensors(1, 2, 3, 0);
          String s = draw.symbol(0);
          String u = s.charAt(0) + "8";
          String t = s.charAt(0) + "7";
          operands.add(draw.tensor(List.of(s)));
          operands.add(draw.tensor(List.of(u)));
          List<String> output = draw.some(symbols(operands));
          List<Operand> chain =
              with(operands, new Operand.Delta(List.of(s), List.of(t)), draw.random);
          chain = with(chain, new Operand.Delta(List.of(t), List.of(u)), draw.random);
          List<Operand> merged =
              with(operands, new Operand.Delta(List.of(s), List.of(u)), draw.random);
          return draw.claim(
              draw.nested().define("Y", new Einsum(chain, output)),
              draw.nested().define("Y", new Einsum(merged, output)));
        });
  }

  /// Theorem 7.5: an operand whose elements are all one may be dropped if each of its symbols
  /// stands in another operand too.
  @Test
  void theorem75OnesAreNeutral() {
    forAll(
        List.of(Algebra.values()),
        Forms.SAME,
        draw -> {
          List<Operand> operands = draw.tensors(1, 3, 3, 0);
          List<String> string = draw.repeated(symbols(operands));
          List<String> output = draw.some(symbols(operands));
          List<Operand> left = with(operands, new Operand.Indexed("One", string), draw.random);
          return draw.claim(
              draw.nested()
                  .constant("One", string, draw.algebra.one())
                  .define("Y", new Einsum(left, output)),
              draw.nested().define("Y", new Einsum(operands, output)));
        });
  }

  /// Theorem 7.6: of an operand whose elements are all one value c, only c is left; a symbol that
  /// stands in it alone adds the same value n times, n being its extent.
  @Test
  void theorem76ConstantsArePulledOut() {
    forAll(
        List.of(Algebra.values()),
        Forms.AXES,
        draw -> {
          List<Operand> operands = draw.tensors(1, 3, 3, 0);
          List<String> string = new ArrayList<>(draw.repeated(symbols(operands)));
          string.add("a7");
          Scalar value = Scalar.Literal.of(draw.algebra.value, draw.algebra.element(draw.random));
          List<String> output = draw.some(symbols(operands));
          List<Operand> left = new ArrayList<>(operands);
          left.add(new Operand.Indexed("C", string));
          List<Operand> right = new ArrayList<>(operands);
          right.add(new Operand.Constant(value));
          switch (draw.algebra.plus) {
            case SUM -> right.add(times(draw));
            case XOR -> right.add(isOdd(draw));
            case PRODUCT, MAX, MIN, ANY, ALL, LOG_SUM_EXP -> {}
          }
          return draw.claim(
              draw.nested().constant("C", string, value).define("Y", new Einsum(left, output)),
              draw.nested().define("Y", new Einsum(right, output)));
        });
  }

  private static Operand times(Draw draw) {
    int extent = draw.nested().extent("a7");
    return new Operand.Constant(Scalar.Literal.of(draw.algebra.value, extent));
  }

  private static Operand isOdd(Draw draw) {
    return new Operand.Constant(
        Scalar.Literal.of(draw.algebra.value, draw.nested().extent("a7") % 2));
  }
}
