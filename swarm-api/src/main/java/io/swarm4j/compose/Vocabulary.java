package io.swarm4j.compose;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The keys of one kind of section: those that are read, and those that are refused with advice. */
final class Vocabulary {
  private final Set<String> known = new LinkedHashSet<>();
  private final Map<String, String> refused = new LinkedHashMap<>();
  private final Map<String, Vocabulary> sections = new LinkedHashMap<>();

  private Vocabulary(String... keys) {
    known.addAll(List.of(keys));
  }

  /** The keys that are read. */
  static Vocabulary of(String... keys) {
    return new Vocabulary(keys);
  }

  /** A key that other programs know, and what to do instead. */
  Vocabulary refuse(String key, String remedy) {
    refused.put(key, remedy);
    return this;
  }

  /** The keys of the section under {@code key}, in which misplaced keys are looked for. */
  Vocabulary section(String key, Vocabulary keys) {
    sections.put(key, keys);
    return this;
  }

  boolean knows(String key) {
    return known.contains(key);
  }

  /** The keys that are read, in the order of declaration. */
  Set<String> known() {
    return known;
  }

  /** Refused keys with their remedies. */
  Map<String, String> refused() {
    return refused;
  }

  /** The key that was probably meant: here, or in a section below. */
  Optional<String> nearest(String key) {
    List<String> candidates = new ArrayList<>(known);
    Map<String, String> places = new LinkedHashMap<>();
    sections.forEach(
        (section, keys) ->
            keys.known.forEach(inner -> places.putIfAbsent(inner, section + "." + inner)));
    known.forEach(places::remove);
    candidates.addAll(places.keySet());
    return Nearest.of(key, candidates).map(found -> places.getOrDefault(found, found));
  }
}
