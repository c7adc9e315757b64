package io.swarm4j.compose;

/**
 * A place in a file.
 *
 * @param file the file as the caller named it
 * @param line line, from 1
 * @param column column, from 1
 */
public record Mark(String file, int line, int column) implements Comparable<Mark> {

  @Override
  public int compareTo(Mark other) {
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }

  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
