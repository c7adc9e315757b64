package io.swarm4j.store.codec;

import io.swarm4j.model.SwarmException;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Two-byte numbers in place of names: of enum constants and of the permitted types of a sealed
 * interface.
 *
 * <p>They are drawn from the name alone, so that nothing depends on the order of declarations, and
 * adding a name never changes another's number. Two names of one type with the same number are
 * refused when the codec is made, long before anything is written.
 */
final class Tags {
  private static final int FNV_OFFSET = 0x811C9DC5;
  private static final int FNV_PRIME = 0x01000193;

  private Tags() {}

  static int of(String name) {
    int hash = FNV_OFFSET;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * FNV_PRIME;
    }
    return (hash ^ hash >>> 16) & 0xFFFF;
  }

  static <T> SortedMap<Integer, T> index(
      Class<?> owner, Collection<T> values, Function<T, String> nameOf) {
    SortedMap<Integer, T> byTag = new TreeMap<>();
    for (T value : values) {
      T other = byTag.put(of(nameOf.apply(value)), value);
      if (other != null) {
        throw new SwarmException(
            String.format(
                "%s and %s of %s share the tag %d; rename the newer one",
                nameOf.apply(other),
                nameOf.apply(value),
                owner.getName(),
                of(nameOf.apply(value))));
      }
    }
    return Collections.unmodifiableSortedMap(byTag);
  }
}
