package io.swarm4j.agent;

import io.swarm4j.model.Check;

/**
 * Size of a terminal in characters.
 *
 * @param columns width, at least 1
 * @param rows height, at least 1
 */
public record TerminalSize(int columns, int rows) {
  /** Most columns, and most rows, of a terminal. */
  public static final int LARGEST = 65_535;

  public TerminalSize {
    Check.of("TerminalSize")
        .that(columns >= 1 && columns <= LARGEST, "columns", columns, "1 to 65535")
        .that(rows >= 1 && rows <= LARGEST, "rows", rows, "1 to 65535")
        .orThrow();
  }
}
