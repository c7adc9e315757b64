package io.swarm4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentSetTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64, 1 << 20})
  void behavesLikeAHashSetUnderRandomChanges(int hashCodes) {
    Random random = new Random(hashCodes);
    PersistentSet.Editor<WeakKey> editor = PersistentSet.<WeakKey>empty().edit();
    Set<WeakKey> expected = new HashSet<>();
    List<PersistentSet<WeakKey>> frozen = new ArrayList<>();
    List<Set<WeakKey>> expectedFrozen = new ArrayList<>();
    for (int step = 0; step < 6_000; step++) {
      int id = random.nextInt(400);
      WeakKey key = new WeakKey(id % hashCodes, id);
      int choice = random.nextInt(100);
      if (choice == 0) {
        frozen.add(editor.freeze());
        expectedFrozen.add(Set.copyOf(expected));
      } else if (choice == 1 && !frozen.isEmpty()) {
        int back = random.nextInt(frozen.size());
        editor.reset(frozen.get(back));
        expected = new HashSet<>(expectedFrozen.get(back));
      } else if (choice < 60) {
        assertThat(editor.add(key)).isEqualTo(expected.add(key));
      } else {
        assertThat(editor.remove(key)).isEqualTo(expected.remove(key));
      }
      assertThat(editor.contains(key)).isEqualTo(expected.contains(key));
      assertThat(editor.size()).isEqualTo(expected.size());
    }
    assertThat(editor.freeze()).containsExactlyInAnyOrderElementsOf(expected);
    for (int i = 0; i < frozen.size(); i++) {
      assertThat(frozen.get(i)).containsExactlyInAnyOrderElementsOf(expectedFrozen.get(i));
    }
  }

  @Test
  void singleChangesLeaveTheOriginalAsItIs() {
    PersistentSet<String> none = PersistentSet.empty();
    PersistentSet<String> one = none.add("a");
    PersistentSet<String> two = one.add("b");
    assertThat(none).isEmpty();
    assertThat(one).containsExactly("a").isNotEqualTo(two);
    assertThat(two.remove("b")).isEqualTo(one).hasSameHashCodeAs(one);
    assertThat(two.contains("b")).isTrue();
    assertThat(one.add("a")).isSameAs(one);
    assertThat(one.remove("z")).isSameAs(one);
    assertThat(one.remove("a")).isSameAs(none);
    assertThat(one).hasToString("[a]");
  }

  @Test
  void keepsTheElementThatCameFirst() {
    String first = new String("twin");
    PersistentSet<String> set = PersistentSet.<String>empty().add(first).add(new String("twin"));
    assertThat(set.iterator().next()).isSameAs(first);
  }
}
