package io.swarm4j.store;

import io.swarm4j.model.TaskId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The reading side of the hash trie under {@link PersistentMap} and {@link PersistentSet}.
 *
 * <p>The trie consumes the mixed hash of a key from its top bit downwards, six bits a level. A
 * subtree is either
 *
 * <ul>
 *   <li>a <em>bucket</em>, an {@code Object[]} of at most {@link #BUCKET_LIMIT} entries in unsigned
 *       order of their mixed hashes (more only when all 32 bits are equal), or
 *   <li>a {@link TrieNode}, where it holds more entries than that.
 * </ul>
 *
 * An entry takes {@code width} array elements: key and value in a map, the key alone in a set.
 * Since the number of entries decides the form, equal contents have equal shapes, whatever the
 * history; and since slots are taken from the top of the hash, a walk through the slots visits
 * entries in unsigned order of their mixed hashes.
 *
 * <p>Buckets are what makes the trie small: most entries of a large trie live in the lowest level,
 * a few in a slot, where a full node would cost more than the entries themselves.
 */
final class HashTrie {
  static final int BUCKET_LIMIT = 8;
  static final int BITS_PER_LEVEL = 6;
  static final int HASH_BITS = 32;
  static final Object[] EMPTY = new Object[0];

  private static final int SLOT_SHIFT = HASH_BITS - BITS_PER_LEVEL;

  private HashTrie() {}

  /**
   * The hash by which keys are placed: a bijection of {@code hashCode()}, so that distinct hash
   * codes stay distinct, which lets the low bits of weak hash codes reach the top. Tasks are placed
   * so that those made together share their paths: what one transaction writes of them, it copies
   * once.
   */
  static int hash(Object key) {
    if (key instanceof TaskId id) {
      return id.locality();
    }
    int h = key.hashCode() * 0x9E3779B1;
    h ^= h >>> 15;
    return h * 0x85EBCA6B;
  }

  /** The slot of a hash, as a single bit, in a node that lies {@code depth} bits below the root. */
  static long slotBit(int hash, int depth) {
    return 1L << ((hash << depth) >>> SLOT_SHIFT);
  }

  /** The last element of the key's entry (a map's value, a set's stored key), or null if absent. */
  static @Nullable Object get(Object root, int width, Object key) {
    Objects.requireNonNull(key, "key");
    int hash = hash(key);
    Object at = root;
    while (at instanceof TrieNode node) {
      long bit = 1L << (hash >>> SLOT_SHIFT);
      hash <<= BITS_PER_LEVEL;
      if ((node.dataMap & bit) != 0) {
        int i = node.dataIndex(bit, width);
        return key.equals(node.content[i]) ? node.content[i + width - 1] : null;
      }
      if ((node.childMap & bit) == 0) {
        return null;
      }
      at = node.content[node.childIndex(bit, width)];
    }
    Object[] bucket = (Object[]) at;
    int i = find(bucket, width, key, hash);
    return i < 0 ? null : bucket[i + width - 1];
  }

  /**
   * The position of the key's entry in a bucket, or -1.
   *
   * <p>Each look at a stored key is a likely cache miss, a look at the reference to it is not: the
   * key is often the stored one itself. Otherwise, since entries are sorted by hash, and hashes are
   * spread evenly, the bits of the hash below the bucket tell about where to look.
   *
   * @param hashBelow the bits of the mixed hash that the path has not consumed, shifted to the top
   */
  static int find(Object[] bucket, int width, Object key, int hashBelow) {
    int length = bucket.length;
    for (int i = 0; i < length; i += width) {
      if (bucket[i] == key) {
        return i;
      }
    }
    int guess = width * (int) (((hashBelow >>> 1) * (long) (length >> (width - 1))) >>> 31);
    if (guess < length && key.equals(bucket[guess])) {
      return guess;
    }
    for (int up = guess + width, down = guess - width; up < length || down >= 0; ) {
      if (up < length && key.equals(bucket[up])) {
        return up;
      }
      if (down >= 0 && key.equals(bucket[down])) {
        return down;
      }
      up += width;
      down -= width;
    }
    return -1;
  }
}
