package io.swarm4j.node;

import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hands work that is in no hurry to a loop, all of a moment at once: waking the loop's thread, and
 * then those of the connections for the answer, costs more than the heartbeat of a node itself.
 * Thread-safe; keeps the order.
 */
final class Bundles {
  private static final Duration MOMENT = Duration.ofMillis(20);

  private final Loop loop;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean planned = new AtomicBoolean();

  Bundles(Loop loop) {
    this.loop = loop;
  }

  void add(Runnable work) {
    waiting.add(work);
    if (planned.compareAndSet(false, true)) {
      loop.schedule(MOMENT, this::hand);
    }
  }

  private void hand() {
    planned.set(false);
    for (Runnable work = waiting.poll(); work != null; work = waiting.poll()) {
      loop.execute(work); // one that throws does not harm those after it
    }
  }
}
