package io.swarm4j.raft;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftGroupMemberId;

/**
 * The thread of Ratis that writes a member's log. While there is nothing to write it looks once a
 * second whether its log was closed, and whoever closes the log waits for that; an interrupt ends
 * its sleep. One that writes is left alone: an interrupt would close its file. Where no thread of
 * this member is seen to wait, nothing is done, and closing takes that second.
 */
final class IdleWriter {
  private static final long LOOK_MILLIS = 5;
  private static final String WRITER = "SegmentedRaftLogWorker";
  private static final String QUEUE = "DataBlockingQueue";

  /** How Ratis names the threads in which a server closes its logs, after the server's id. */
  private static final String CLOSERS = "-impl";

  private final RaftGroupMemberId member;
  private final CountDownLatch closed = new CountDownLatch(1);

  private IdleWriter(RaftGroupMemberId member) {
    this.member = member;
  }

  /** Closes a member's server, and ends its writer's sleep when that is what is waited for. */
  static void awake(RaftGroupMemberId member, ThreadFactory threads, Runnable closing) {
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
        List<Thread> all = List.copyOf(Thread.getAllStackTraces().keySet());
        if (all.stream().anyMatch(this::waitsForTheWriter)) {
          all.stream().filter(this::isIdleWriter).forEach(Thread::interrupt);
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean waitsForTheWriter(Thread thread) {
    return thread.getName().startsWith(member.getPeerId() + CLOSERS)
        && isIn(thread.getStackTrace(), WRITER, "close");
  }

  /** Its stack is that of this moment: it has nothing left to write since the log is closed. */
  private boolean isIdleWriter(Thread thread) {
    String name = thread.getName();
    return name.startsWith(member + "-")
        && name.endsWith(WRITER)
        && isIn(thread.getStackTrace(), QUEUE, "poll");
  }

  private static boolean isIn(StackTraceElement[] stack, String type, String method) {
    return Stream.of(stack)
        .anyMatch(
            frame ->
                frame.getClassName().endsWith("." + type) && frame.getMethodName().equals(method));
  }
}
