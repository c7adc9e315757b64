package io.swarm4j.examples.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows of text whose columns are as wide as their widest cell. */
final class TextTable {
  private static final String GAP = "  ";

  private final List<List<Cell>> rows = new ArrayList<>();

  /** A piece of text and how it looks. */
  record Cell(String text, Style style) {}

  /** Looks of a terminal. */
  enum Style {
    PLAIN(""),
    BOLD("\033[1m"),
    GOOD("\033[32m"),
    BUSY("\033[33m"),
    BAD("\033[31m");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  TextTable(String... headings) {
    List<Cell> row = new ArrayList<>();
    for (String heading : headings) {
      row.add(new Cell(heading, Style.BOLD));
    }
    rows.add(row);
  }

  /** Adds a row: cells, or anything else as plain text. */
  TextTable row(Object... values) {
    List<Cell> row = new ArrayList<>();
    for (Object value : values) {
      row.add(value instanceof Cell cell ? cell : new Cell(String.valueOf(value), Style.PLAIN));
    }
    rows.add(row);
    return this;
  }

  /** The lines, without blanks at their ends. */
  List<String> lines(boolean styled) {
    List<Integer> widths = new ArrayList<>();
    for (List<Cell> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        int width = row.get(i).text().length();
        if (i == widths.size()) {
          widths.add(width);
        } else {
          widths.set(i, Math.max(widths.get(i), width));
        }
      }
    }
    return rows.stream().map(row -> line(row, widths, styled)).toList();
  }

  private static String line(List<Cell> row, List<Integer> widths, boolean styled) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      Cell cell = row.get(i);
      boolean coloured = styled && cell.style() != Style.PLAIN && !cell.text().isEmpty();
      line.append(coloured ? cell.style().code + cell.text() + "\033[0m" : cell.text());
      if (i < row.size() - 1) {
        line.append(" ".repeat(widths.get(i) - cell.text().length())).append(GAP);
      }
    }
    return line.toString().stripTrailing();
  }
}
