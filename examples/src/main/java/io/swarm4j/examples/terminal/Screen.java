package io.swarm4j.examples.terminal;

import java.io.PrintStream;
import java.util.List;

/**
 * The lower part of a terminal, drawn anew in place again and again.
 *
 * <p>The script that starts the examples tells whether there is a terminal, and how high it is:
 * what Java says about that differs between its versions.
 */
public final class Screen {
  /** Set by the script to the number of rows, if the output goes to a terminal. */
  private static final String ROWS = "examples.terminal.rows";

  private static final String NO_WRAP = "\033[?7l";
  private static final String WRAP = "\033[?7h";
  private static final String CLEAR_LINE_END = "\033[K";
  private static final String CLEAR_BELOW = "\033[J";

  private final PrintStream out;
  private final int rows;
  private int drawn;

  private Screen(PrintStream out, int rows) {
    this.out = out;
    this.rows = rows;
  }

  /** Whether the output goes to a terminal. */
  public static boolean isTerminal() {
    return Integer.getInteger(ROWS, 0) > 0;
  }

  /** The terminal. */
  public static Screen of(PrintStream out) {
    return of(out, Integer.getInteger(ROWS, 0));
  }

  static Screen of(PrintStream out, int rows) {
    return new Screen(out, Math.max(5, rows));
  }

  /** Puts {@code lines} where the last ones were; those for which there is no room are left out. */
  public void draw(List<String> lines) {
    StringBuilder text = new StringBuilder(NO_WRAP);
    if (drawn > 0) {
      text.append("\033[").append(drawn).append("F");
    }
    int room = rows - 1;
    boolean cut = lines.size() > room;
    List<String> shown = cut ? lines.subList(0, room - 1) : lines;
    for (String line : shown) {
      text.append(line).append(CLEAR_LINE_END).append('\n');
    }
    if (cut) {
      text.append("… ").append(lines.size() - shown.size()).append(" more lines");
      text.append(CLEAR_LINE_END).append('\n');
    }
    out.print(text.append(CLEAR_BELOW).append(WRAP));
    out.flush();
    drawn = shown.size() + (cut ? 1 : 0);
  }
}
