package org.einkorn.backend.llvm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.einkorn.backend.llvm.binding.Jit;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.KernelTrap;
import org.einkorn.runtime.exec.Manifest;

/// Machine code in this process.
///
/// A call is an ordinary downcall, not a critical one: a kernel may run for long, and a critical
/// call would keep the garbage collector waiting for it. Memory on the Java heap can't be handed
/// out that way, nor can memory that is not aligned to its elements; such memory is copied for the
/// call, and back where the function writes. That takes a lock where something is written, since
/// ranges of one parallel loop would overwrite each other's results with old elements.
///
/// Code works with plain addresses, so nothing of Java's would stop another thread from closing an
/// arena under it. Therefore a call hands over one segment of each arena beside the addresses: an
/// arena can't be closed while a segment of it is an argument. There is room for four arenas, which
/// is what a runner needs for inputs, outputs and temporaries; of further ones the caller must see
/// to it that they stay open.
///
/// Programs and einsums keep their code for as long as they are reachable, and close nothing. So a
/// kernel that is not closed is freed once nobody can run it any more.
final class LlvmKernel implements KernelModule {
  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS));

  private static final Cleaner CLEANER = Cleaner.create();

  private final ModuleFacts facts;
  private final List<Buffer> buffers;
  private final int symbolCount;

  /// Where code begins, NULL for functions whose code is still to be made.
  private final MemorySegment[] entries;

  private final Supplier<Module> module;
  private final Jit jit;
  private final Access[] accesses;
  private final Arena arena = Arena.ofShared();
  private final Queue<Frame> frames = new ConcurrentLinkedQueue<>();
  private final Object copying = new Object();
  private final Cleaner.Cleanable code;
  private volatile boolean isClosed = false;
  private volatile Sizes sizes = new Sizes(new long[0], new long[0]);

  /// What is freed with the kernel; it must not reach the kernel itself.
  private record Owned(Jit jit, Arena arena) implements Runnable {
    @Override
    public void run() {
      jit.close();
      arena.close();
    }
  }

  /// The bytes of each buffer for some values of the symbols.
  private record Sizes(long[] symbols, long[] bytes) {}

  /// The arrays that a kernel takes; one call at a time uses them.
  private record Frame(MemorySegment pointers, MemorySegment symbols, MemorySegment status) {}

  /// @param code what the functions are
  /// @param jit holds the code; it is closed with this kernel
  /// @param entries the address of each function's kernel entry; 0 for those whose code is made
  ///   when they first run
  LlvmKernel(ModuleFacts facts, ObjectCode code, Jit jit, long[] entries) {
    this.module = code.module();
    this.jit = jit;
    this.facts = facts;
    this.buffers = facts.buffers();
    this.symbolCount = facts.manifest().symbols().size();
    this.entries =
        Arrays.stream(entries).mapToObj(MemorySegment::ofAddress).toArray(MemorySegment[]::new);
    this.accesses = code.accesses().toArray(Access[]::new);
    this.code = CLEANER.register(this, new Owned(jit, arena));
  }

  @Override
  public Manifest manifest() {
    return facts.manifest();
  }

  @Override
  public long extent(int buffer, int axis, long[] symbols) {
    return facts.extent(buffer, axis, symbols);
  }

  @Override
  public long parallelExtent(int function, long[] symbols) {
    return facts.parallelExtent(function, symbols);
  }

  @Override
  public boolean reaches(MemorySegment elements, DType type) {
    int alignBytes = type.part().byteSize();
    return elements.isNative() && (elements.address() & alignBytes - 1) == 0;
  }

  @Override
  public void run(int function, MemorySegment[] memory, long[] symbols, long begin, long end) {
    if (isClosed) {
      throw new IllegalStateException("the code of `" + manifest().program() + "` is freed");
    }
    if (begin >= end) {
      return;
    }
    Access access = accesses[function];
    long[] sizeBytes = sizesBytes(symbols);
    boolean isCopied = false;
    boolean isCopiedBack = false;
    for (int number : access.used()) {
      MemorySegment segment = memory[number];
      boolean isWritten = access.isWritten()[number];
      check(number, segment, sizeBytes[number], isWritten);
      if (!isPlain(number, segment)) {
        isCopied = true;
        isCopiedBack |= isWritten;
      }
    }
    if (!isCopied) {
      call(function, memory, symbols, begin, end);
    } else if (isCopiedBack) {
      synchronized (copying) {
        callWithCopies(function, memory, symbols, begin, end);
      }
    } else {
      callWithCopies(function, memory, symbols, begin, end);
    }
  }

  private void check(int number, MemorySegment segment, long sizeBytes, boolean isWritten) {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(
          "the arena of `" + buffers.get(number).name() + "` is closed");
    }
    if (segment.byteSize() < sizeBytes) {
      throw new IllegalArgumentException(
          "`"
              + buffers.get(number).name()
              + "` needs "
              + sizeBytes
              + " bytes, but has "
              + segment.byteSize());
    }
    if (isWritten && segment.isReadOnly()) {
      throw new IllegalArgumentException(
          "`" + buffers.get(number).name() + "` is written to, but its memory is read-only");
    }
  }

  /// Whether compiled code can work on the memory as it is.
  private boolean isPlain(int number, MemorySegment segment) {
    return reaches(segment, buffers.get(number).type().dtype());
  }

  private void callWithCopies(
      int function, MemorySegment[] memory, long[] symbols, long begin, long end) {
    Access access = accesses[function];
    List<Integer> written = new ArrayList<>();
    MemorySegment[] plain = memory.clone();
    try (Arena copies = Arena.ofConfined()) {
      for (int number : access.used()) {
        MemorySegment segment = memory[number];
        if (!isPlain(number, segment)) {
          plain[number] = copies.allocate(segment.byteSize(), 64).copyFrom(segment);
          if (access.isWritten()[number]) {
            written.add(number);
          }
        }
      }
      call(function, plain, symbols, begin, end);
      written.forEach(number -> memory[number].copyFrom(plain[number]));
    }
  }

  private void call(int function, MemorySegment[] memory, long[] symbols, long begin, long end) {
    MemorySegment entry = entry(function);
    Frame frame = frames.poll();
    if (frame == null) {
      frame = newFrame();
    }
    for (int number : accesses[function].used()) {
      frame.pointers.setAtIndex(ValueLayout.JAVA_LONG, number, memory[number].address());
    }
    MemorySegment[] kept = oneOfEachArena(accesses[function].used(), memory);
    MemorySegment.copy(symbols, 0, frame.symbols, ValueLayout.JAVA_LONG, 0, symbolCount);
    int status;
    try {
      status =
          (int)
              CALL.invokeExact(
                  entry,
                  frame.pointers,
                  frame.symbols,
                  begin,
                  end,
                  frame.status,
                  kept[0],
                  kept[1],
                  kept[2],
                  kept[3]);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    } finally {
      Reference.reachabilityFence(memory);
      Reference.reachabilityFence(this);
    }
    if (status == KernelStatus.DONE.code()) {
      frames.add(frame);
      return;
    }
    if (status != KernelStatus.POSITION.code()) {
      frames.add(frame);
      throw KernelTrap.overflow();
    }
    long site = frame.status.getAtIndex(ValueLayout.JAVA_LONG, 0);
    long value = frame.status.getAtIndex(ValueLayout.JAVA_LONG, 1);
    long bound = frame.status.getAtIndex(ValueLayout.JAVA_LONG, 2);
    frames.add(frame);
    throw KernelTrap.position((int) site, value, bound);
  }

  private MemorySegment entry(int function) {
    MemorySegment entry = entries[function];
    return entry.equals(MemorySegment.NULL) ? newEntry(function) : entry;
  }

  private MemorySegment newEntry(int function) {
    synchronized (entries) {
      if (entries[function].equals(MemorySegment.NULL)) {
        entries[function] = MemorySegment.ofAddress(LlvmBackend.add(module.get(), function, jit));
      }
      return entries[function];
    }
  }

  private static MemorySegment[] oneOfEachArena(int[] used, MemorySegment[] memory) {
    MemorySegment[] kept = {
      MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL
    };
    int count = 0;
    for (int number : used) {
      MemorySegment.Scope scope = memory[number].scope();
      boolean isNew = true;
      for (int other = 0; other < count; other++) {
        isNew &= !kept[other].scope().equals(scope);
      }
      if (isNew && count < kept.length) {
        kept[count++] = memory[number];
      }
    }
    return kept;
  }

  private Frame newFrame() {
    return new Frame(
        arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, buffers.size())),
        arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, symbolCount)),
        arena.allocate(ValueLayout.JAVA_LONG, 3));
  }

  /// The bytes that each buffer must have; the answer for the last symbols is kept.
  private long[] sizesBytes(long[] symbols) {
    Sizes known = sizes;
    if (known.bytes().length == buffers.size() && Arrays.equals(known.symbols(), symbols)) {
      return known.bytes();
    }
    long[] bytes = new long[buffers.size()];
    for (int number = 0; number < bytes.length; number++) {
      Buffer buffer = buffers.get(number);
      bytes[number] = buffer.type().dtype().byteSize();
      for (int axis = 0; axis < buffer.type().rank(); axis++) {
        bytes[number] = Math.multiplyExact(bytes[number], extent(number, axis, symbols));
      }
    }
    sizes = new Sizes(symbols.clone(), bytes);
    return bytes;
  }

  @Override
  public void close() {
    isClosed = true;
    code.clean();
  }
}
