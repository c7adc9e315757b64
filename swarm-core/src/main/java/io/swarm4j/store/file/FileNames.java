package io.swarm4j.store.file;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of the files in a log's directory; numbers are padded so that names sort by index. */
final class FileNames {
  static final String UNFINISHED = ".tmp";
  static final String DAMAGED = ".damaged";

  private static final Pattern SEGMENT = Pattern.compile("segment-(\\d{19})\\.log");
  private static final Pattern SNAPSHOT = Pattern.compile("snapshot-(\\d{19})\\.snap");
  private static final Pattern LEFT_OVER =
      Pattern.compile("(segment|snapshot)-\\d{19}\\.(log|snap)\\.tmp");

  private FileNames() {}

  static String segment(long firstIndex) {
    return String.format("segment-%019d.log", firstIndex);
  }

  static String snapshot(long index) {
    return String.format("snapshot-%019d.snap", index);
  }

  /** The segments among some files, by the index of the first record. */
  static SortedMap<Long, String> segments(List<String> names) {
    return byIndex(names, SEGMENT);
  }

  /** The snapshots among some files, by index. */
  static SortedMap<Long, String> snapshots(List<String> names) {
    return byIndex(names, SNAPSHOT);
  }

  /** Whether a file is one that was never finished. */
  static boolean isLeftOver(String name) {
    return LEFT_OVER.matcher(name).matches();
  }

  private static SortedMap<Long, String> byIndex(List<String> names, Pattern pattern) {
    SortedMap<Long, String> found = new TreeMap<>();
    for (String name : names) {
      Matcher matcher = pattern.matcher(name);
      if (matcher.matches()) {
        found.put(Long.parseLong(matcher.group(1)), name);
      }
    }
    return found;
  }
}
