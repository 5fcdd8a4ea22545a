package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.einkorn.backend.jvm.asm.Access;
import org.einkorn.backend.jvm.asm.Instruction;
import org.einkorn.backend.jvm.asm.MethodCode;
import org.einkorn.backend.jvm.asm.Opcode;

/// Builds a method that does one of many things, by a number that it is given.
///
/// A switch over thousands of cases would be over the limits of a method, so groups of cases become
/// methods of their own.
final class Dispatch {
  private static final int GROUP = 128;

  private Dispatch() {}

  /// @param access the flags of the method
  /// @param numberSlot the parameter, an `int`, that says which case
  /// @param count how many cases there are, numbered from 0
  /// @param cases instructions that leave the method, for each case
  /// @param pushParameters pushes all parameters of the method, for the groups
  /// @param leave instructions that leave the method with the result of a group on the stack
  record Plan(
      int access,
      String className,
      String name,
      String descriptor,
      int numberSlot,
      int count,
      IntFunction<List<Instruction>> cases,
      List<Instruction> pushParameters,
      Opcode leave) {}

  static List<MethodCode> build(Plan plan) {
    List<MethodCode> methods = new ArrayList<>();
    if (plan.count <= GROUP) {
      methods.add(method(plan, plan.access, plan.name, 0, plan.count, 0, plan.cases));
      return methods;
    }
    int groups = (plan.count + GROUP - 1) / GROUP;
    int shift = Integer.numberOfTrailingZeros(GROUP);
    methods.add(method(plan, plan.access, plan.name, 0, groups, shift, group -> call(plan, group)));
    for (int group = 0; group < groups; group++) {
      int begin = group * GROUP;
      int end = Math.min(begin + GROUP, plan.count);
      methods.add(
          method(
              plan,
              Access.PRIVATE | plan.access & Access.STATIC,
              groupName(plan, group),
              begin,
              end,
              0,
              plan.cases));
    }
    return methods;
  }

  private static String groupName(Plan plan, int group) {
    return plan.name + "$" + group;
  }

  private static List<Instruction> call(Plan plan, int group) {
    List<Instruction> instructions = new ArrayList<>();
    boolean isStatic = (plan.access & Access.STATIC) != 0;
    if (!isStatic) {
      instructions.add(new Instruction.Local(Opcode.ALOAD, 0));
    }
    instructions.addAll(plan.pushParameters);
    instructions.add(
        new Instruction.Invoke(
            isStatic ? Opcode.INVOKESTATIC : Opcode.INVOKEVIRTUAL,
            plan.className,
            groupName(plan, group),
            plan.descriptor,
            false));
    instructions.add(new Instruction.Plain(plan.leave));
    return instructions;
  }

  private static MethodCode method(
      Plan plan,
      int access,
      String name,
      int begin,
      int end,
      int shift,
      IntFunction<List<Instruction>> cases) {
    Code code = new Code();
    List<Integer> labels = new ArrayList<>();
    for (int number = begin; number < end; number++) {
      labels.add(number - begin);
    }
    int unknown = end - begin;
    if (!labels.isEmpty()) {
      code.load(JvmType.INT, plan.numberSlot);
      if (shift > 0) {
        code.push(shift);
        code.plain(Opcode.ISHR);
      }
      code.add(new Instruction.TableSwitch(begin, labels, unknown));
      for (int number = begin; number < end; number++) {
        code.mark(number - begin);
        cases.apply(number).forEach(code::add);
      }
    }
    code.mark(unknown);
    String exception = "java/lang/IndexOutOfBoundsException";
    code.add(new Instruction.OfType(Opcode.NEW, exception));
    code.plain(Opcode.DUP);
    code.load(JvmType.INT, plan.numberSlot);
    code.add(new Instruction.Invoke(Opcode.INVOKESPECIAL, exception, "<init>", "(I)V", false));
    code.plain(Opcode.ATHROW);
    return new MethodCode(access, name, plan.descriptor, List.of(), code.instructions());
  }
}
