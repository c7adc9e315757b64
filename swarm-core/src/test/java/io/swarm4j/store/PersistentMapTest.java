package io.swarm4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentMapTest {

  /** How many different hash codes the keys of a random run may have: 1 makes all collide. */
  private static final int[] HASH_CODES = {1, 2, 7, 100, 1 << 20};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void behavesLikeAHashMapUnderRandomSingleChanges(long seed) {
    for (int hashCodes : HASH_CODES) {
      Random random = new Random(seed);
      Map<WeakKey, Integer> expected = new HashMap<>();
      PersistentMap<WeakKey, Integer> map = PersistentMap.empty();
      for (int step = 0; step < 3_000; step++) {
        WeakKey key = randomKey(random, hashCodes, step < 1_500 ? 600 : 60);
        if (random.nextInt(3) > 0) {
          map = map.put(key, step);
          expected.put(key, step);
        } else {
          map = map.remove(key);
          expected.remove(key);
        }
        assertThat(map.size()).isEqualTo(expected.size());
        assertThat(map.get(key)).isEqualTo(expected.get(key));
      }
      assertSame(map, expected);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void frozenMapsNeverChangeWhateverTheEditorDoesNext(long seed) {
    for (int hashCodes : HASH_CODES) {
      Random random = new Random(seed);
      PersistentMap<WeakKey, Integer> start = PersistentMap.empty();
      PersistentMap.Editor<WeakKey, Integer> editor = start.edit();
      Map<WeakKey, Integer> expected = new HashMap<>();
      List<PersistentMap<WeakKey, Integer>> frozen = new ArrayList<>(List.of(start));
      List<Map<WeakKey, Integer>> expectedFrozen = new ArrayList<>(List.of(Map.of()));
      for (int step = 0; step < 4_000; step++) {
        WeakKey key = randomKey(random, hashCodes, 500);
        int choice = random.nextInt(200);
        if (choice == 0) {
          frozen.add(editor.freeze());
          expectedFrozen.add(Map.copyOf(expected));
        } else if (choice == 1) {
          int back = random.nextInt(frozen.size());
          editor.reset(frozen.get(back));
          expected = new HashMap<>(expectedFrozen.get(back));
        } else if (choice < 130) {
          assertThat(editor.put(key, step)).isEqualTo(expected.put(key, step));
        } else {
          assertThat(editor.remove(key)).isEqualTo(expected.remove(key));
        }
        assertThat(editor.size()).isEqualTo(expected.size());
        assertThat(editor.get(key)).isEqualTo(expected.get(key));
        assertThat(editor.containsKey(key)).isEqualTo(expected.containsKey(key));
      }
      assertSame(editor.freeze(), expected);
      for (int i = 0; i < frozen.size(); i++) {
        assertSame(frozen.get(i), expectedFrozen.get(i));
      }
    }
  }

  @Test
  void editorsOfOneMapDoNotSeeEachOther() {
    PersistentMap<Integer, String> map = numbers(0, 1_000);
    PersistentMap.Editor<Integer, String> one = map.edit();
    PersistentMap.Editor<Integer, String> other = map.edit();
    for (int i = 0; i < 1_000; i += 2) {
      one.put(i, "one");
      other.remove(i);
    }
    one.reset(other.freeze());
    one.put(0, "later");
    assertThat(other.containsKey(0)).isFalse();
    assertThat(other.freeze().size()).isEqualTo(500);
    assertThat(map).isEqualTo(numbers(0, 1_000));
  }

  @Test
  void iterationOrderDependsOnTheKeysOnly() {
    List<Integer> keys = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      keys.add(i * 7_919);
    }
    PersistentMap<Integer, Integer> forwards = PersistentMap.empty();
    for (Integer key : keys) {
      forwards = forwards.put(key, key);
    }
    Collections.shuffle(keys, new Random(5));
    PersistentMap.Editor<Integer, Integer> editor = numbersAsValues(-3_000, 0).edit();
    for (Integer key : keys) {
      editor.put(key, key);
    }
    for (int i = -3_000; i < 0; i++) {
      editor.remove(i);
    }
    assertThat(editor.freeze().keys()).containsExactlyElementsOf(forwards.keys());
  }

  @Test
  void entriesKeepTheirRelativeOrderWhenOthersComeAndGo() {
    PersistentMap<Integer, Integer> few = numbersAsValues(0, 300);
    List<Integer> before = new ArrayList<>();
    few.keys().forEach(before::add);
    PersistentMap.Editor<Integer, Integer> editor = few.edit();
    for (int i = 300; i < 10_000; i++) {
      editor.put(i, i);
    }
    List<Integer> after = new ArrayList<>();
    for (Integer key : editor.freeze().keys()) {
      if (key < 300) {
        after.add(key);
      }
    }
    assertThat(after).isEqualTo(before);
  }

  @Test
  void changesWithoutEffectReturnTheSameMap() {
    PersistentMap<Integer, String> map = numbers(0, 100);
    String value = map.get(7);
    assertThat(map.put(7, value)).isSameAs(map);
    assertThat(map.remove(100)).isSameAs(map);
    PersistentMap.Editor<Integer, String> editor = map.edit();
    editor.put(7, value);
    editor.remove(100);
    assertThat(editor.freeze()).isSameAs(map);
    assertThat(numbers(0, 1).remove(0)).isSameAs(PersistentMap.empty());
  }

  @Test
  void viewsAgreeWithEachOther() {
    PersistentMap<Integer, String> map = numbers(0, 2_000);
    Iterator<Integer> keys = map.keys().iterator();
    Iterator<String> values = map.values().iterator();
    Iterator<Map.Entry<Integer, String>> entries = map.iterator();
    map.forEach(
        (key, value) -> {
          assertThat(keys.next()).isEqualTo(key);
          assertThat(values.next()).isEqualTo(value);
          assertThat(entries.next()).isEqualTo(Map.entry(key, value));
        });
    assertThat(keys.hasNext()).isFalse();
    assertThatThrownBy(entries::next).isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(values::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void equalityIsByEntries() {
    PersistentMap<Integer, String> map = numbers(0, 50);
    assertThat(map)
        .isEqualTo(numbers(-5, 50).remove(-1).remove(-2).remove(-3).remove(-4).remove(-5));
    assertThat(map).hasSameHashCodeAs(numbers(0, 50));
    assertThat(map).isNotEqualTo(map.put(3, "other")).isNotEqualTo(numbers(0, 51));
    assertThat(numbers(0, 1)).hasToString("{0=v0}");
  }

  @Test
  void refusesNull() {
    PersistentMap<String, String> map = PersistentMap.empty();
    assertThatThrownBy(() -> map.put(null, "x")).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> map.put("x", null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> map.get(null)).isInstanceOf(NullPointerException.class);
  }

  private static WeakKey randomKey(Random random, int hashCodes, int ids) {
    int id = random.nextInt(ids);
    // the same id always has the same hash code; a power of two leaves the low bits all zero
    return new WeakKey((id * 31 % hashCodes) << 12, id);
  }

  private static PersistentMap<Integer, String> numbers(int from, int to) {
    PersistentMap<Integer, String> map = PersistentMap.empty();
    for (int i = from; i < to; i++) {
      map = map.put(i, "v" + i);
    }
    return map;
  }

  private static PersistentMap<Integer, Integer> numbersAsValues(int from, int to) {
    PersistentMap<Integer, Integer> map = PersistentMap.empty();
    for (int i = from; i < to; i++) {
      map = map.put(i, i);
    }
    return map;
  }

  private static void assertSame(
      PersistentMap<WeakKey, Integer> map, Map<WeakKey, Integer> expected) {
    Map<WeakKey, Integer> seen = new HashMap<>();
    map.forEach((key, value) -> assertThat(seen.put(key, value)).isNull());
    assertThat(seen).isEqualTo(expected);
    expected.forEach((key, value) -> assertThat(map.get(key)).isEqualTo(value));
    assertThat(map.size()).isEqualTo(expected.size());
    assertThat(map.containsKey(new WeakKey(0, -1))).isFalse();
  }
}
