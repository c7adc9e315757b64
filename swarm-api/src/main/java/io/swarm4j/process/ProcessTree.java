package io.swarm4j.process;

import io.swarm4j.process.ProcFs.MarkedProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals tasks with all processes that they have started, also those that left their group.
 *
 * <p>A task's first process leads a session of its own. Who leaves that still carries the task's
 * mark in its environment. Blocks; thread-safe.
 */
final class ProcessTree {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessTree.class);
  private static final long KILL_SECONDS = 5;
  private static final int MOST_ROUNDS = 20;

  private final AtomicLong asked = new AtomicLong();
  private final Object scanning = new Object();
  private long scannedFor;
  private List<MarkedProcess> scanned = List.of();

  /** Sends a signal, such as {@code TERM}, to a session's first group, or else to its leader. */
  void signal(Process leader, String signal) {
    String pid = Long.toString(leader.pid());
    String script = "kill -s \"$1\" -- \"-$2\" 2>/dev/null || kill -s \"$1\" \"$2\"";
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", script, "sh", plain(signal), pid)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!kill.waitFor(KILL_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        end(leader, signal);
      }
    } catch (IOException noShell) {
      end(leader, signal);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private static void end(Process leader, String signal) {
    if (leader.isAlive()) {
      LOG.debug("signal={} cannot be sent to pid={}; it is ended", signal, leader.pid());
      leader.descendants().forEach(ProcessHandle::destroy);
      leader.destroy();
    }
  }

  /** The name without its prefix. */
  static String plain(String signal) {
    String upper = signal.toUpperCase(Locale.ROOT);
    return upper.startsWith("SIG") ? upper.substring("SIG".length()) : upper;
  }

  /** Kills a leader, its session and whatever carries the mark, until nothing of it is left. */
  void kill(Process leader, String mark) {
    List<ProcessHandle> below = leader.descendants().toList();
    signal(leader, "KILL");
    leader.destroyForcibly();
    below.forEach(ProcessHandle::destroyForcibly);
    killRemains(leader.pid(), mark);
  }

  /**
   * Kills what is left of a task whose first process has just ended.
   *
   * @param leader the number that this process had
   */
  void killRemains(long leader, String mark) {
    killAll(process -> process.session() == leader || process.mark().equals(mark));
  }

  /** Kills all processes that match, and those that they start meanwhile. */
  void killAll(Predicate<MarkedProcess> condition) {
    long self = ProcessHandle.current().pid();
    for (int round = 0; round < MOST_ROUNDS; round++) {
      List<MarkedProcess> left =
          scan().stream().filter(condition).filter(process -> process.pid() != self).toList();
      if (left.isEmpty()) {
        return;
      }
      awaitEnd(left.stream().flatMap(process -> ProcessHandle.of(process.pid()).stream()).toList());
    }
    LOG.warn("some processes of a task cannot be killed");
  }

  private static void awaitEnd(List<ProcessHandle> handles) {
    handles.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle handle : handles) {
      try {
        handle.onExit().get(1, TimeUnit.SECONDS);
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        return;
      } catch (Exception slow) {
        LOG.debug("pid={} takes its time to die", handle.pid());
      }
    }
  }

  /** All processes, as they were at some time after the call; callers at once share one look. */
  private List<MarkedProcess> scan() {
    long mine = asked.incrementAndGet();
    synchronized (scanning) {
      if (scannedFor < mine) {
        scannedFor = asked.get();
        scanned = new ArrayList<>(ProcFs.processes(true));
      }
      return scanned;
    }
  }
}
