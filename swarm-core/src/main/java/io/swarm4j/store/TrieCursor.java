package io.swarm4j.store;

import java.util.NoSuchElementException;

/**
 * A walk over the entries of a hash trie, in unsigned order of their mixed hashes.
 *
 * <p>It always stands before the next entry, which lies at {@code array[index]}.
 */
final class TrieCursor {
  private static final TrieNode[] NO_NODES = new TrieNode[0];
  private static final int MAX_DEPTH = 6;

  private final int width;
  private final TrieNode[] path;
  private final long[] slotsLeft;
  private int depth = -1;
  private Object[] array = HashTrie.EMPTY;
  private int index;
  private int end;

  TrieCursor(int width, Object root) {
    this.width = width;
    if (root instanceof TrieNode node) {
      path = new TrieNode[MAX_DEPTH];
      slotsLeft = new long[MAX_DEPTH];
      descend(node);
      settle();
    } else {
      path = NO_NODES;
      slotsLeft = new long[0];
      array = (Object[]) root;
      end = array.length;
    }
  }

  boolean hasNext() {
    return index < end;
  }

  Object key() {
    return array[index];
  }

  /** The last element of the entry: a map's value, a set's key. */
  Object value() {
    return array[index + width - 1];
  }

  void advance() {
    index += width;
    if (index >= end && depth >= 0) {
      settle();
    }
  }

  /** Fails the way an {@code Iterator} has to, at the end. */
  void requireNext() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
  }

  private void descend(TrieNode node) {
    depth++;
    path[depth] = node;
    slotsLeft[depth] = node.dataMap | node.childMap;
  }

  /** Moves to the first entry of the next occupied slot, or to the end. */
  private void settle() {
    while (depth >= 0) {
      long slots = slotsLeft[depth];
      if (slots == 0) {
        depth--;
        continue;
      }
      TrieNode node = path[depth];
      long bit = Long.lowestOneBit(slots);
      slotsLeft[depth] = slots & ~bit;
      if ((node.dataMap & bit) != 0) {
        array = node.content;
        index = node.dataIndex(bit, width);
        end = index + width;
        return;
      }
      Object child = node.content[node.childIndex(bit, width)];
      if (child instanceof TrieNode inner) {
        descend(inner);
      } else {
        array = (Object[]) child;
        index = 0;
        end = array.length;
        return;
      }
    }
  }
}
