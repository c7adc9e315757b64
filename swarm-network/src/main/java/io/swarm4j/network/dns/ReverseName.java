package io.swarm4j.network.dns;

import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names such as {@code 2.9.0.10.in-addr.arpa}, under which the name of an address is looked up. */
final class ReverseName {
  private static final String V4 = ".in-addr.arpa";
  private static final String V6 = ".ip6.arpa";
  private static final int V4_LABELS = 4;
  private static final int V6_LABELS = 32;
  private static final int NIBBLES_PER_GROUP = 4;

  private ReverseName() {}

  /**
   * The address that a name asks about.
   *
   * @param name in lower case
   * @return null if it is not a complete name of that kind
   */
  static @Nullable Ip parse(String name) {
    try {
      if (name.endsWith(V4)) {
        List<String> labels = labels(name, V4);
        return labels.size() == V4_LABELS ? Ip.parse(String.join(".", labels)) : null;
      }
      if (name.endsWith(V6)) {
        List<String> labels = labels(name, V6);
        boolean nibbles = labels.stream().allMatch(label -> label.length() == 1);
        return nibbles && labels.size() == V6_LABELS ? Ip.parse(grouped(labels)) : null;
      }
    } catch (InvalidSpecException noAddress) {
      return null;
    }
    return null;
  }

  private static List<String> labels(String name, String suffix) {
    String stem = name.substring(0, name.length() - suffix.length());
    List<String> labels = new ArrayList<>(List.of(stem.split("\\.", -1)));
    Collections.reverse(labels);
    return labels;
  }

  private static String grouped(List<String> nibbles) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < nibbles.size(); i++) {
      text.append(i > 0 && i % NIBBLES_PER_GROUP == 0 ? ":" : "").append(nibbles.get(i));
    }
    return text.toString();
  }
}
