package io.swarm4j.internal;

import io.swarm4j.time.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/**
 * The managers of this JVM, which end together: one after the other, each would lead for a moment.
 */
record MemberGroup(EngineOptions options, List<Member> members) implements AutoCloseable {

  @Override
  public void close() {
    if (options.time() instanceof VirtualTime) {
      List<Member> reversed = new ArrayList<>(members);
      java.util.Collections.reverse(reversed);
      reversed.forEach(Host::closeQuietly);
      return;
    }
    ThreadFactory threads = options.time().newThreads("swarm-" + options.name() + "-close");
    List<Thread> closing = new ArrayList<>();
    for (Member member : members) {
      Thread thread = threads.newThread(() -> Host.closeQuietly(member));
      thread.start();
      closing.add(thread);
    }
    for (Thread thread : closing) {
      join(thread);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
