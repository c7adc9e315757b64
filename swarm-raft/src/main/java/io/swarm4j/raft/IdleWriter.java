package io.swarm4j.raft;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The thread of Ratis that writes a member's log. While there is nothing to write it looks once a
 * second whether its log was closed, and whoever closes the log waits for that; an interrupt ends
 * its sleep. One that writes is left alone: an interrupt would close its file.
 */
final class IdleWriter {
  private static final long LOOK_MILLIS = 5;
  private static final String WRITER = "SegmentedRaftLogWorker";
  private static final String QUEUE = "DataBlockingQueue";

  private final String member;
  private final CountDownLatch closed = new CountDownLatch(1);

  private IdleWriter(String member) {
    this.member = member;
  }

  /** Closes a member's server, and ends its writer's sleep when that is what is waited for. */
  static void awake(String member, ThreadFactory threads, Runnable closing) {
    IdleWriter writer = new IdleWriter(member);
    threads.newThread(writer::watch).start();
    try {
      closing.run();
    } finally {
      writer.closed.countDown();
    }
  }

  private void watch() {
    try {
      while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        Map<Thread, StackTraceElement[]> all = Thread.getAllStackTraces();
        if (all.values().stream().anyMatch(stack -> isIn(stack, WRITER, "close"))) {
          all.forEach(this::wake);
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void wake(Thread thread, StackTraceElement[] stack) {
    String name = thread.getName();
    if (name.startsWith(member + "@") && name.endsWith(WRITER) && isIn(stack, QUEUE, "poll")) {
      thread.interrupt();
    }
  }

  private static boolean isIn(StackTraceElement[] stack, String type, String method) {
    return Stream.of(stack)
        .anyMatch(
            frame ->
                frame.getClassName().endsWith("." + type) && frame.getMethodName().equals(method));
  }
}
