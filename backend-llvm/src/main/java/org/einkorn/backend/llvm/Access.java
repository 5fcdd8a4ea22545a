package org.einkorn.backend.llvm;

import java.util.Arrays;
import java.util.List;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Usage;

/// Which buffers a function takes, and which of all it writes.
@SuppressWarnings("ArrayRecordComponent")
record Access(int[] used, boolean[] isWritten) {
  static Access of(Usage usage, List<Buffer> buffers) {
    int[] used = new int[buffers.size()];
    boolean[] isWritten = new boolean[buffers.size()];
    int count = 0;
    for (int number = 0; number < buffers.size(); number++) {
      String name = buffers.get(number).name();
      isWritten[number] = usage.writes(name);
      if (usage.touches(name)) {
        used[count++] = number;
      }
    }
    return new Access(Arrays.copyOf(used, count), isWritten);
  }
}
