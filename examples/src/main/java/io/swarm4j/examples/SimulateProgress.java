package io.swarm4j.examples;

import io.swarm4j.sim.Simulation.Outcome;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows on standard error how far the simulation has come: on one line, where there is a terminal.
 */
final class SimulateProgress {
  private static final long REDRAW_NANOS = 200_000_000L;
  private static final long PLAIN_NANOS = 10_000_000_000L;

  private final PrintStream out = System.err;
  private final boolean terminal = System.console() != null;
  private final int all;
  private final long begin = System.nanoTime();
  private long drawn = begin;
  private int done;
  private Duration virtual = Duration.ZERO;
  private long lines;

  SimulateProgress(int all) {
    this.all = all;
  }

  void done(Outcome outcome) {
    done++;
    virtual = virtual.plus(outcome.span());
    lines += outcome.lines();
    long now = System.nanoTime();
    if (now - drawn > (terminal ? REDRAW_NANOS : PLAIN_NANOS)) {
      drawn = now;
      out.print(terminal ? "\r" + text() + "\u001b[K" : text() + System.lineSeparator());
    }
  }

  private String text() {
    double seconds = (System.nanoTime() - begin) / 1e9;
    long left = Math.round(seconds / done * (all - done));
    return String.format(
        Locale.ROOT,
        "%,d of %,d runs, %.1f virtual days, %.0f s, about %d s left",
        done,
        all,
        virtual.toSeconds() / 86_400.0,
        seconds,
        left);
  }

  /** Makes room for other output. */
  void interrupt() {
    if (terminal) {
      out.print("\r\u001b[K");
    }
  }

  void finish(int broken) {
    interrupt();
    System.out.printf(
        Locale.ROOT,
        "%,d runs, %.1f virtual days, %,d lines of trace in %.1f s: %s%n",
        done,
        virtual.toSeconds() / 86_400.0,
        lines,
        (System.nanoTime() - begin) / 1e9,
        broken == 0 ? "all sound" : broken + " BROKEN");
  }
}
