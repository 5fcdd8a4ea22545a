package org.einkorn.backend.jvm;

import java.util.List;
import java.util.Map;
import org.einkorn.backend.jvm.Polynomial.Term;
import org.einkorn.backend.jvm.asm.Opcode;
import org.einkorn.ir.expr.IndexExpr;

/// Translates index expressions of one method: first into a [Polynomial], then into code.
///
/// Fetches are executed where their expression is met, in text order; everything else is pure and
/// is computed as early as its parts are known.
final class IndexCompiler {
  private static final String MATH = "java/lang/Math";

  private final MethodCompiler method;
  private final Frame frame;

  IndexCompiler(MethodCompiler method, Frame frame) {
    this.method = method;
    this.frame = frame;
  }

  /// What an operation that is no sum or product computes; the key under which it is found again.
  private record Operation(Kind kind, Polynomial left, Polynomial right) {}

  private enum Kind {
    DIVIDE,
    REMAINDER,
    MINIMUM,
    MAXIMUM
  }

  Polynomial of(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> Polynomial.constant(value);
      case IndexExpr.Variable(String name) -> method.variable(name);
      case IndexExpr.Symbol(String name) -> Polynomial.of(method.symbol(name));
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> {
        Polynomial first = of(left);
        yield first.plus(of(right));
      }
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> {
        Polynomial first = of(left);
        yield first.times(of(right));
      }
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> {
        Polynomial first = of(left);
        yield divide(first, of(right));
      }
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> {
        Polynomial first = of(left);
        yield remainder(first, of(right));
      }
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> {
        Polynomial first = of(left);
        yield extreme(Kind.MINIMUM, first, of(right));
      }
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> {
        Polynomial first = of(left);
        yield extreme(Kind.MAXIMUM, first, of(right));
      }
      case IndexExpr.Fetch fetch -> Polynomial.of(fetch(fetch));
    };
  }

  private Polynomial divide(Polynomial dividend, Polynomial divisor) {
    if (divisor.isConstant() && divisor.constantTerm() > 0) {
      long by = divisor.constantTerm();
      return dividend
          .floorDiv(by)
          .orElseGet(
              () -> operation(Kind.DIVIDE, dividend, divisor, dividend.interval().floorDiv(by)));
    }
    Interval interval =
        dividend.interval().isNatural()
            ? new Interval(0, dividend.interval().high())
            : Interval.ANY;
    return operation(Kind.DIVIDE, dividend, divisor, interval);
  }

  private Polynomial remainder(Polynomial dividend, Polynomial divisor) {
    if (divisor.isConstant() && divisor.constantTerm() > 0) {
      long by = divisor.constantTerm();
      Polynomial rest = dividend.remainderOfEach(by);
      return rest.interval().isBelow(by)
          ? rest
          : operation(Kind.REMAINDER, rest, divisor, new Interval(0, by - 1));
    }
    long high = divisor.interval().high();
    return operation(
        Kind.REMAINDER,
        dividend,
        divisor,
        new Interval(0, high == Long.MAX_VALUE ? high : Math.max(0, high - 1)));
  }

  private Polynomial extreme(Kind kind, Polynomial left, Polynomial right) {
    Polynomial small = kind == Kind.MINIMUM ? left : right;
    Polynomial large = kind == Kind.MINIMUM ? right : left;
    if (left.equals(right) || left.interval().high() <= right.interval().low()) {
      return small;
    }
    if (right.interval().high() <= left.interval().low()) {
      return large;
    }
    Interval interval =
        kind == Kind.MINIMUM
            ? left.interval().min(right.interval())
            : left.interval().max(right.interval());
    return operation(kind, left, right, interval);
  }

  /// An atom for the result, computed at the beginning of the innermost scope of its operands.
  private Polynomial operation(Kind kind, Polynomial left, Polynomial right, Interval interval) {
    int scope = Math.max(left.scope(), right.scope());
    Operation key = new Operation(kind, left, right);
    if (scope == Atom.HERE) {
      return Polynomial.of(define(key, frame.code(), scope, interval));
    }
    Map<Object, Atom> known = frame.scope(scope).known();
    Atom atom = known.get(key);
    if (atom == null) {
      atom = define(key, frame.scope(scope).entry(), scope, interval);
      known.put(key, atom);
    }
    return Polynomial.of(atom);
  }

  private Atom define(Operation operation, Code code, int scope, Interval interval) {
    push(operation.left, code, scope);
    push(operation.right, code, scope);
    switch (operation.kind) {
      case DIVIDE -> divide(operation, code, Opcode.LDIV, "floorDiv");
      case REMAINDER -> divide(operation, code, Opcode.LREM, "floorMod");
      case MINIMUM -> code.invokeStatic(MATH, "min", "(JJ)J");
      case MAXIMUM -> code.invokeStatic(MATH, "max", "(JJ)J");
    }
    int slot = frame.newSlot(JvmType.LONG);
    code.store(JvmType.LONG, slot);
    return new Atom(slot, JvmType.LONG, scope, interval);
  }

  private static void divide(Operation operation, Code code, Opcode opcode, String floor) {
    if (operation.right.interval().low() <= 0) {
      // Only an axis without elements has the extent 0, and then nothing uses the result; but it is
      // computed before the loops over that axis, where a division by 0 would throw.
      code.plain(Opcode.LCONST_1);
      code.invokeStatic(MATH, "max", "(JJ)J");
    }
    if (operation.left.interval().isNatural()) {
      code.plain(opcode);
    } else {
      code.invokeStatic(MATH, floor, "(JJ)J");
    }
  }

  private Atom fetch(IndexExpr.Fetch fetch) {
    Code code = frame.code();
    method.scalars().emit(fetch.source());
    if (JvmType.of(fetch.source().type()) == JvmType.INT) {
      code.plain(Opcode.I2L);
    }
    push(of(fetch.extent()));
    code.push(method.site(fetch));
    code.invokeStatic("org/einkorn/runtime/exec/KernelTrap", "requirePosition", "(JJI)J");
    int slot = frame.newSlot(JvmType.LONG);
    code.store(JvmType.LONG, slot);
    return new Atom(slot, JvmType.LONG, Atom.HERE, Interval.NATURAL);
  }

  /// Pushes a sum as a `long`; what does not change in the innermost scope is computed outside of
  /// it.
  void push(Polynomial sum) {
    push(sum, frame.code(), frame.scopeNumber());
  }

  /// Pushes an extent over symbols in code that stands at the beginning of the method.
  void pushInto(Code code, IndexExpr extent) {
    push(of(extent), code, 0);
  }

  /// @param scope the scope in which the code stands, or [Atom#HERE] for the innermost
  void push(Polynomial sum, Code code, int scope) {
    int inner = Math.min(scope, frame.scopeNumber());
    Polynomial variable = sum.withoutConstant();
    Polynomial fixed = variable.where(term -> term.scope() < inner);
    Polynomial changing = variable.where(term -> term.scope() >= inner);
    boolean isFirst = true;
    if (!fixed.terms().isEmpty()) {
      pushAtom(hoist(fixed), code);
      isFirst = false;
    }
    for (Term term : changing.terms()) {
      pushTerm(term, code, inner);
      if (!isFirst) {
        code.plain(Opcode.LADD);
      }
      isFirst = false;
    }
    if (isFirst) {
      code.push(sum.constantTerm());
    } else if (sum.constantTerm() != 0) {
      code.push(sum.constantTerm());
      code.plain(Opcode.LADD);
    }
  }

  private void pushTerm(Term term, Code code, int scope) {
    Polynomial fixed =
        new Polynomial(
            List.of(
                new Term(
                    term.coefficient(),
                    term.factors().stream().filter(factor -> factor.scope() < scope).toList())));
    boolean isFirst = true;
    for (Atom factor : term.factors()) {
      if (factor.scope() >= scope) {
        pushAtom(factor, code);
        if (!isFirst) {
          code.plain(Opcode.LMUL);
        }
        isFirst = false;
      }
    }
    if (!fixed.isConstant()) {
      pushAtom(hoist(fixed), code);
      code.plain(Opcode.LMUL);
    } else if (fixed.constantTerm() != 1) {
      code.push(fixed.constantTerm());
      code.plain(Opcode.LMUL);
    }
  }

  private static void pushAtom(Atom atom, Code code) {
    code.load(atom.type(), atom.slot());
    if (atom.type() == JvmType.INT) {
      code.plain(Opcode.I2L);
    }
  }

  /// A local variable for a sum, computed at the beginning of the innermost scope of its terms.
  private Atom hoist(Polynomial sum) {
    if (sum.isAtom()) {
      return sum.atom();
    }
    int scope = sum.scope();
    Map<Object, Atom> known = frame.scope(scope).known();
    Atom atom = known.get(sum);
    if (atom == null) {
      Code entry = frame.scope(scope).entry();
      push(sum, entry, scope);
      int slot = frame.newSlot(JvmType.LONG);
      entry.store(JvmType.LONG, slot);
      atom = new Atom(slot, JvmType.LONG, scope, sum.interval());
      known.put(sum, atom);
    }
    return atom;
  }
}
