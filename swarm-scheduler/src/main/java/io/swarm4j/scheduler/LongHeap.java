package io.swarm4j.scheduler;

import java.util.Arrays;

/** A binary min-heap of longs that keeps its array between uses. */
final class LongHeap {
  private long[] heap = new long[64];
  private int size;

  void clear() {
    size = 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Adds without order; {@link #order} follows before anything is taken out. */
  void add(long value) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    heap[size++] = value;
  }

  void order() {
    for (int i = (size >>> 1) - 1; i >= 0; i--) {
      sink(i, heap[i]);
    }
  }

  long top() {
    return heap[0];
  }

  void replaceTop(long value) {
    sink(0, value);
  }

  void removeTop() {
    long last = heap[--size];
    if (size > 0) {
      sink(0, last);
    }
  }

  private void sink(int hole, long value) {
    long[] h = heap;
    int half = size >>> 1;
    while (hole < half) {
      int child = 2 * hole + 1;
      if (child + 1 < size && h[child + 1] < h[child]) {
        child++;
      }
      if (value <= h[child]) {
        break;
      }
      h[hole] = h[child];
      hole = child;
    }
    h[hole] = value;
  }
}
