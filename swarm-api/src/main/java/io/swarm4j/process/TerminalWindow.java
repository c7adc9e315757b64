package io.swarm4j.process;

import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.TerminalSize;
import io.swarm4j.time.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The size of a command's terminal, which may be told before the terminal is there. Thread-safe; no
 * method blocks.
 */
final class TerminalWindow {
  private static final Logger LOG = LoggerFactory.getLogger(TerminalWindow.class);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Loop loop;
  private final BlockingWork work;
  private final Object applying = new Object();
  private volatile @Nullable Process process;
  private volatile @Nullable TerminalSize wanted;

  /** Of a command that has not started. */
  TerminalWindow(Loop loop, BlockingWork work) {
    this.loop = loop;
    this.work = work;
  }

  /** The command has started. */
  void shows(Process started) {
    process = started;
    if (wanted != null) {
      attempt();
    }
  }

  /** The size from now on. */
  void resize(TerminalSize size) {
    wanted = size;
    if (process != null) {
      attempt();
    }
  }

  private void attempt() {
    try {
      work.execute(this::apply);
    } catch (RejectedExecutionException closed) {
      LOG.debug("a terminal is not resized: the runtime is closed");
    }
  }

  private void apply() {
    Process shown = process;
    synchronized (applying) {
      TerminalSize size = wanted; // the newest, or an older one might come last
      try {
        if (shown == null
            || size == null
            || !shown.isAlive()
            || PseudoTerminal.resize(shown, size)) {
          return;
        }
      } catch (IOException failed) {
        LOG.debug("a terminal is not resized", failed);
        return;
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    loop.schedule(PAUSE, this::attempt); // until it is there, or the command has ended
  }
}
