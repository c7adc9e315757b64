package io.swarm4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Equal contents have equal shapes; that is what memory and iteration order rest on. */
class HashTrieShapeTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shapeDoesNotDependOnHistory(int width) {
    Random random = new Random(width);
    for (int round = 0; round < 60; round++) {
      int hashCodes = 1 << random.nextInt(16);
      List<WeakKey> keys = new ArrayList<>();
      for (int i = 0; i < 10 + random.nextInt(800); i++) {
        keys.add(new WeakKey(random.nextInt(hashCodes), i));
      }
      TrieEdit straight = new TrieEdit(width, HashTrie.EMPTY, 0);
      keys.forEach(key -> straight.put(key, key));

      TrieEdit winding = new TrieEdit(width, HashTrie.EMPTY, 0);
      Collections.shuffle(keys, random);
      winding.own();
      for (WeakKey key : keys) {
        winding.put(key, key);
        WeakKey passing = new WeakKey(random.nextInt(hashCodes), 1_000 + random.nextInt(100));
        winding.put(passing, passing);
        if (random.nextInt(50) == 0) {
          winding.disown();
          winding.own();
        }
      }
      for (int hash = 0; hash < hashCodes; hash++) {
        for (int id = 1_000; id < 1_100; id++) {
          winding.remove(new WeakKey(hash, id));
        }
      }
      assertThat(winding.size()).isEqualTo(straight.size());
      assertThat(shape(winding.root(), width)).isEqualTo(shape(straight.root(), width));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void bucketsStaySmallAndSorted(int width) {
    TrieEdit edit = new TrieEdit(width, HashTrie.EMPTY, 0);
    edit.own();
    for (int i = 0; i < 50_000; i++) {
      edit.put(i, i);
    }
    assertBuckets(edit.root(), width);
    for (int i = 0; i < 50_000; i += 3) {
      edit.remove(i);
    }
    assertBuckets(edit.root(), width);
  }

  private static void assertBuckets(Object at, int width) {
    if (at instanceof TrieNode node) {
      int dataEnd = width * Long.bitCount(node.dataMap);
      assertThat(node.content).hasSize(dataEnd + Long.bitCount(node.childMap));
      for (int i = dataEnd; i < node.content.length; i++) {
        assertBuckets(node.content[i], width);
      }
      return;
    }
    Object[] bucket = (Object[]) at;
    assertThat(bucket.length / width).isBetween(2, HashTrie.BUCKET_LIMIT);
    for (int i = width; i < bucket.length; i += width) {
      assertThat(HashTrie.hash(bucket[i]) + Integer.MIN_VALUE)
          .isGreaterThan(HashTrie.hash(bucket[i - width]) + Integer.MIN_VALUE);
    }
  }

  /** The structure as nested lists, where a bucket is the set of its keys. */
  private static Object shape(Object at, int width) {
    if (at instanceof TrieNode node) {
      List<Object> shape = new ArrayList<>(List.of(node.dataMap, node.childMap));
      int dataEnd = width * Long.bitCount(node.dataMap);
      for (int i = 0; i < dataEnd; i += width) {
        shape.add(node.content[i]);
      }
      for (int i = dataEnd; i < node.content.length; i++) {
        shape.add(shape(node.content[i], width));
      }
      return shape;
    }
    Set<Object> keys = new HashSet<>();
    Object[] bucket = (Object[]) at;
    for (int i = 0; i < bucket.length; i += width) {
      keys.add(bucket[i]);
    }
    return keys;
  }
}
