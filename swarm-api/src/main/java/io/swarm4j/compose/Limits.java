package io.swarm4j.compose;

/** Bounds that keep a hostile or broken file from exhausting the reader. */
final class Limits {
  private Limits() {}

  /** Largest compose file, and largest file that it names, in bytes. */
  static final int FILE_BYTES = 4 << 20;

  /** Deepest nesting of lists and mappings. */
  static final int DEPTH = 64;

  /** Most characters and nodes once all aliases are written out. */
  static final long EXPANDED = 16L << 20;

  /** Most characters that variables may produce, and most ports and variables that may result. */
  static final long PRODUCED = 16L << 20;

  /** What a generated object such as one port of a range counts for against {@link #PRODUCED}. */
  static final long PER_OBJECT = 64;

  /** Most faults, and most warnings, that are reported. */
  static final int REPORTS = 100;

  /** Longest part of a refused value that a message repeats. */
  static final int QUOTED = 80;
}
