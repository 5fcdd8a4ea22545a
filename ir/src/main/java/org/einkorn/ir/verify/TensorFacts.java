package org.einkorn.ir.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;

/// Collects the facts of a program of equations.
final class TensorFacts {
  private final Facts facts = new Facts();

  private TensorFacts() {}

  static Subject.Equations of(Program program) {
    TensorFacts collector = new TensorFacts();
    Map<String, TensorType> before = new HashMap<>();
    for (Subject.Declared input : Subject.inputs(program.signature())) {
      collector.facts.addType(input.type(), Context.of(input.place(), before));
      before.put(input.name(), input.type());
    }
    Set<String> recurrent = Orders.recurrent(program);
    Map<String, TensorType> later = new HashMap<>();
    program.definitions().stream()
        .filter(definition -> recurrent.contains(definition.name()))
        .forEach(definition -> later.putIfAbsent(definition.name(), definition.type()));
    for (Definition definition : program.definitions()) {
      Map<String, TensorType> visible = before;
      if (recurrent.contains(definition.name())) {
        visible = new HashMap<>(before);
        later.forEach(visible::putIfAbsent);
      }
      collector.definition(definition, visible);
      before.put(definition.name(), definition.type());
    }
    return new Subject.Equations(program, collector.facts);
  }

  private void definition(Definition definition, Map<String, TensorType> before) {
    Context context = Context.of(Subject.Equations.place(definition), before);
    facts.addType(definition.type(), context);
    switch (definition.body()) {
      case Body.Accumulate(var projection, List<Contraction> terms) -> {
        for (int number = 0; number < terms.size(); number++) {
          term(definition, terms.get(number), context.at(place(definition, number)));
        }
      }
      case Body.Scan scan -> facts.addValue(scan.operand(), axes(scan.axes(), context));
      case Body.Derivative _, Body.Iterate _ -> {}
    }
  }

  /// How messages call a term.
  static Place place(Definition definition, int term) {
    Place whole = Subject.Equations.place(definition);
    boolean only = definition.body() instanceof Body.Accumulate body && body.terms().size() == 1;
    return only ? whole : whole.in("term " + (term + 1));
  }

  private Context axes(List<Axis> axes, Context outside) {
    Context inside = outside;
    for (Axis axis : axes) {
      facts.addIndex(axis.extent(), Facts.Role.AXIS, outside);
      inside = inside.with(axis.name(), axis.extent());
    }
    return inside;
  }

  private void term(Definition definition, Contraction term, Context outside) {
    Context inside = axes(term.axes(), outside);
    facts.addGuards(term.guards(), inside);
    if (!term.guards().isEmpty()) {
      inside = inside.under(Context.Condition.GUARDED);
    }
    for (var operand : term.operands()) {
      facts.addValue(operand, inside);
    }
    Context stores = inside.and(definition.name(), definition.type());
    for (var index : term.write()) {
      facts.addWrite(index, stores, inside);
    }
    facts.addStore(definition.name(), term.write(), stores);
  }
}
