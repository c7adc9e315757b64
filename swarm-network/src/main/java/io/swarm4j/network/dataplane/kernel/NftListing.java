package io.swarm4j.network.dataplane.kernel;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what {@code nft -n list table} writes. */
final class NftListing {
  private static final Pattern SET = Pattern.compile("\\s*(?:set|map) (\\S+) \\{");
  private static final String ELEMENTS = "elements = {";

  private NftListing() {}

  /**
   * The elements of all sets and maps, by set or map.
   *
   * @param listing null if there is no such table
   */
  static Map<String, Map<String, String>> read(@Nullable String listing) {
    Map<String, Map<String, String>> found = new TreeMap<>();
    String set = "";
    boolean inElements = false;
    for (String line : listing == null ? new String[0] : listing.split("\n")) {
      Matcher header = SET.matcher(line);
      if (header.matches()) {
        set = header.group(1);
        continue;
      }
      int start = line.indexOf(ELEMENTS);
      inElements |= start >= 0;
      if (inElements) {
        String content = start >= 0 ? line.substring(start + ELEMENTS.length()) : line;
        int end = content.indexOf('}');
        add(end >= 0 ? content.substring(0, end) : content, set, found);
        inElements = end < 0;
      }
    }
    return found;
  }

  private static void add(String content, String set, Map<String, Map<String, String>> found) {
    for (String element : content.split(",")) {
      String text = element.strip();
      if (!text.isEmpty()) {
        int colon = text.indexOf(" : ");
        String key = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(colon + 3);
        found.computeIfAbsent(set, name -> new TreeMap<>()).put(key, value);
      }
    }
  }
}
