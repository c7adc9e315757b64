package io.swarm4j.store;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of the hash trie: a root on its way from one version to the next.
 *
 * <p>With an owner token, nodes that this edit has made carry the token and are changed in place;
 * all others are copied before the first change. Without one, every change copies its path. See
 * {@link HashTrie} for the shape that is kept.
 */
final class TrieEdit {
  private final int width;
  private @Nullable Object owner;
  private Object root;
  private int size;
  private @Nullable Object replaced;

  TrieEdit(int width, Object root, int size) {
    this.width = width;
    this.root = root;
    this.size = size;
  }

  Object root() {
    return root;
  }

  int size() {
    return size;
  }

  /** Lets following changes happen in place, in nodes made from now on. */
  void own() {
    if (owner == null) {
      owner = new Object();
    }
  }

  /** Ends the ownership of all nodes made so far: they will never change again. */
  void disown() {
    owner = null;
  }

  void reset(Object newRoot, int newSize) {
    root = newRoot;
    size = newSize;
  }

  /** Puts an entry; for a set the value is the key. Returns the value replaced, null if none. */
  @Nullable Object put(Object key, Object value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    replaced = null;
    root = put(root, 0, HashTrie.hash(key), key, value);
    return takeReplaced();
  }

  /** Removes an entry; returns its value (for a set, its key), null if there was none. */
  @Nullable Object remove(Object key) {
    Objects.requireNonNull(key, "key");
    replaced = null;
    root = remove(root, 0, HashTrie.hash(key), key);
    return takeReplaced();
  }

  private @Nullable Object takeReplaced() {
    Object result = replaced;
    replaced = null;
    return result;
  }

  private Object put(Object at, int depth, int hash, Object key, Object value) {
    return at instanceof TrieNode node
        ? putIntoNode(node, depth, hash, key, value)
        : putIntoBucket((Object[]) at, depth, hash, key, value);
  }

  private Object putIntoBucket(Object[] bucket, int depth, int hash, Object key, Object value) {
    int found = HashTrie.find(bucket, width, key, depth < 32 ? hash << depth : 0);
    if (found >= 0) {
      replaced = bucket[found + width - 1];
      if (width == 1 || replaced == value) {
        return bucket;
      }
      Object[] copy = bucket.clone();
      copy[found + 1] = value;
      return copy;
    }
    Object[] grown = withEntry(bucket, sortedPosition(bucket, hash), key, value);
    size++;
    boolean fits = grown.length <= HashTrie.BUCKET_LIMIT * width;
    return fits || depth >= HashTrie.HASH_BITS ? grown : split(grown, 0, grown.length, depth);
  }

  private int sortedPosition(Object[] bucket, int hash) {
    int i = 0;
    while (i < bucket.length && Integer.compareUnsigned(HashTrie.hash(bucket[i]), hash) <= 0) {
      i += width;
    }
    return i;
  }

  /** Makes the subtree for the entries in a range of an array that is sorted by hash. */
  private Object split(Object[] sorted, int from, int to, int depth) {
    if (to - from <= HashTrie.BUCKET_LIMIT * width || depth >= HashTrie.HASH_BITS) {
      Object[] bucket = new Object[to - from];
      System.arraycopy(sorted, from, bucket, 0, bucket.length);
      return bucket;
    }
    long dataMap = 0;
    long childMap = 0;
    Object[] data = new Object[to - from];
    Object[] children = new Object[Long.SIZE];
    int dataEnd = 0;
    int childCount = 0;
    for (int start = from; start < to; ) {
      long bit = HashTrie.slotBit(HashTrie.hash(sorted[start]), depth);
      int end = start + width;
      while (end < to && HashTrie.slotBit(HashTrie.hash(sorted[end]), depth) == bit) {
        end += width;
      }
      if (end - start == width) {
        dataMap |= bit;
        System.arraycopy(sorted, start, data, dataEnd, width);
        dataEnd += width;
      } else {
        childMap |= bit;
        children[childCount++] = split(sorted, start, end, depth + HashTrie.BITS_PER_LEVEL);
      }
      start = end;
    }
    Object[] content = new Object[dataEnd + childCount];
    System.arraycopy(data, 0, content, 0, dataEnd);
    System.arraycopy(children, 0, content, dataEnd, childCount);
    return new TrieNode(dataMap, childMap, content, owner);
  }

  private TrieNode putIntoNode(TrieNode node, int depth, int hash, Object key, Object value) {
    long bit = HashTrie.slotBit(hash, depth);
    if ((node.childMap & bit) != 0) {
      int i = node.childIndex(bit, width);
      Object child = node.content[i];
      Object changed = put(child, depth + HashTrie.BITS_PER_LEVEL, hash, key, value);
      return changed == child ? node : withElement(node, i, changed);
    }
    int i = node.dataIndex(bit, width);
    if ((node.dataMap & bit) == 0) {
      Object[] content = withEntry(node.content, i, key, value);
      size++;
      return with(node, node.dataMap | bit, node.childMap, content);
    }
    Object present = node.content[i];
    if (key.equals(present)) {
      replaced = node.content[i + width - 1];
      return width == 1 || replaced == value ? node : withElement(node, i + 1, value);
    }
    size++;
    return withDataMovedToBucket(node, bit, hash, key, value);
  }

  /** Turns the lone entry of a slot into a bucket of two. */
  private TrieNode withDataMovedToBucket(
      TrieNode node, long bit, int hash, Object key, Object value) {
    int i = node.dataIndex(bit, width);
    Object[] bucket = new Object[width];
    System.arraycopy(node.content, i, bucket, 0, width);
    bucket = withEntry(bucket, sortedPosition(bucket, hash), key, value);
    int childAt = node.childIndex(bit, width) - width;
    Object[] old = node.content;
    Object[] content = new Object[old.length - width + 1];
    System.arraycopy(old, 0, content, 0, i);
    System.arraycopy(old, i + width, content, i, childAt - i);
    content[childAt] = bucket;
    int rest = childAt + width;
    System.arraycopy(old, rest, content, childAt + 1, old.length - rest);
    return with(node, node.dataMap & ~bit, node.childMap | bit, content);
  }

  private Object remove(Object at, int depth, int hash, Object key) {
    return at instanceof TrieNode node
        ? removeFromNode(node, depth, hash, key)
        : removeFromBucket((Object[]) at, depth, hash, key);
  }

  private Object[] removeFromBucket(Object[] bucket, int depth, int hash, Object key) {
    int found = HashTrie.find(bucket, width, key, depth < 32 ? hash << depth : 0);
    if (found < 0) {
      return bucket;
    }
    replaced = bucket[found + width - 1];
    size--;
    return bucket.length == width ? HashTrie.EMPTY : without(bucket, found);
  }

  private Object removeFromNode(TrieNode node, int depth, int hash, Object key) {
    long bit = HashTrie.slotBit(hash, depth);
    if ((node.dataMap & bit) != 0) {
      int i = node.dataIndex(bit, width);
      if (!key.equals(node.content[i])) {
        return node;
      }
      replaced = node.content[i + width - 1];
      size--;
      return collapsed(with(node, node.dataMap & ~bit, node.childMap, without(node.content, i)));
    }
    if ((node.childMap & bit) == 0) {
      return node;
    }
    int i = node.childIndex(bit, width);
    Object child = node.content[i];
    Object changed = remove(child, depth + HashTrie.BITS_PER_LEVEL, hash, key);
    if (changed == child) {
      return node;
    }
    if (changed instanceof TrieNode) {
      return withElement(node, i, changed);
    }
    Object[] bucket = (Object[]) changed;
    return collapsed(
        bucket.length == width
            ? withBucketMovedToData(node, bit, bucket)
            : withElement(node, i, bucket));
  }

  /** Puts the last entry of a bucket back into the node itself. */
  private TrieNode withBucketMovedToData(TrieNode node, long bit, Object[] lone) {
    int i = node.dataIndex(bit, width);
    int childAt = node.childIndex(bit, width);
    Object[] old = node.content;
    Object[] content = new Object[old.length + width - 1];
    System.arraycopy(old, 0, content, 0, i);
    System.arraycopy(lone, 0, content, i, width);
    System.arraycopy(old, i, content, i + width, childAt - i);
    int rest = childAt + 1;
    System.arraycopy(old, rest, content, childAt + width, old.length - rest);
    return with(node, node.dataMap | bit, node.childMap & ~bit, content);
  }

  /** The node itself, or, where it holds few enough entries by now, a bucket in its place. */
  private Object collapsed(TrieNode node) {
    int dataEnd = width * Long.bitCount(node.dataMap);
    int length = dataEnd;
    for (int i = dataEnd; i < node.content.length; i++) {
      if (node.content[i] instanceof TrieNode) {
        return node;
      }
      length += ((Object[]) node.content[i]).length;
      if (length > HashTrie.BUCKET_LIMIT * width) {
        return node;
      }
    }
    if (length > HashTrie.BUCKET_LIMIT * width) {
      return node;
    }
    Object[] bucket = new Object[length];
    int data = 0;
    int child = dataEnd;
    int filled = 0;
    for (long slots = node.dataMap | node.childMap; slots != 0; slots &= slots - 1) {
      if ((node.dataMap & Long.lowestOneBit(slots)) != 0) {
        System.arraycopy(node.content, data, bucket, filled, width);
        data += width;
        filled += width;
      } else {
        Object[] entries = (Object[]) node.content[child++];
        System.arraycopy(entries, 0, bucket, filled, entries.length);
        filled += entries.length;
      }
    }
    return bucket;
  }

  private TrieNode withElement(TrieNode node, int i, Object element) {
    if (isOwned(node)) {
      node.content[i] = element;
      return node;
    }
    Object[] content = node.content.clone();
    content[i] = element;
    return new TrieNode(node.dataMap, node.childMap, content, owner);
  }

  private TrieNode with(TrieNode node, long dataMap, long childMap, Object[] content) {
    if (isOwned(node)) {
      node.dataMap = dataMap;
      node.childMap = childMap;
      node.content = content;
      return node;
    }
    return new TrieNode(dataMap, childMap, content, owner);
  }

  private boolean isOwned(TrieNode node) {
    return owner != null && node.owner == owner;
  }

  private Object[] withEntry(Object[] array, int i, Object key, Object value) {
    Object[] copy = new Object[array.length + width];
    System.arraycopy(array, 0, copy, 0, i);
    copy[i] = key;
    copy[i + width - 1] = value;
    System.arraycopy(array, i, copy, i + width, array.length - i);
    return copy;
  }

  private Object[] without(Object[] array, int i) {
    Object[] copy = new Object[array.length - width];
    System.arraycopy(array, 0, copy, 0, i);
    System.arraycopy(array, i + width, copy, i, copy.length - i);
    return copy;
  }
}
