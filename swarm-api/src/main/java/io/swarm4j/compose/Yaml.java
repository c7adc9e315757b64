package io.swarm4j.compose;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A node of a YAML document in which every node knows its place; aliases and merge keys are
 * resolved, scalars are not interpolated yet.
 */
sealed interface Yaml {
  /** What YAML takes for "no value" if it stands without quotes. */
  Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

  /** Where it begins. */
  Mark mark();

  /** Number of characters and nodes that it stands for when all aliases are written out. */
  long weight();

  /** What it is, for messages. */
  String kind();

  /** A single value. */
  record Scalar(Mark mark, String text, boolean plain) implements Yaml {
    boolean isNull() {
      return plain && NULLS.contains(text);
    }

    @Override
    public long weight() {
      return 1L + text.length();
    }

    @Override
    public String kind() {
      return isNull() ? "nothing" : "a single value";
    }
  }

  /** A list. */
  record Sequence(Mark mark, List<Yaml> items, long weight) implements Yaml {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /** A mapping; entries in the order of the file, merged ones last. */
  record Mapping(Mark mark, Map<String, Entry> entries, long weight) implements Yaml {
    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /** A value under a key, and where the key stands. */
  record Entry(Mark mark, Yaml value) {}
}
