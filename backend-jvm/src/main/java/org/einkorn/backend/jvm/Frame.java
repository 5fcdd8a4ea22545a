package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The code, the local variables, the labels and the scopes of a method in the making.
final class Frame {
  private final Code code = new Code();
  private final List<Scope> scopes = new ArrayList<>();
  private int nextSlot;
  private int nextLabel;

  /// A stretch of code that is entered from above and in which some numbers do not change: the
  /// method, or the body of a loop.
  ///
  /// @param entry where numbers that are known at its beginning are computed
  /// @param known what is computed there already
  /// @param references local variables with objects that are made there already
  record Scope(Code entry, Map<Object, Atom> known, Map<Object, Integer> references) {}

  /// @param parameterSlots the local variables that the parameters take
  Frame(int parameterSlots) {
    this.nextSlot = parameterSlots;
    openScope();
  }

  Code code() {
    return code;
  }

  int newSlot(JvmType type) {
    int slot = nextSlot;
    nextSlot += type.slots();
    return slot;
  }

  int newReferenceSlot() {
    return nextSlot++;
  }

  int newLabel() {
    return nextLabel++;
  }

  /// Opens a scope at the end of the code.
  void openScope() {
    scopes.add(new Scope(code.insertionPoint(), new HashMap<>(), new HashMap<>()));
  }

  void closeScope() {
    scopes.removeLast();
  }

  /// The number of the innermost open scope.
  int scopeNumber() {
    return scopes.size() - 1;
  }

  Scope scope(int number) {
    return scopes.get(number);
  }
}
