package io.swarm4j.store;

import org.jspecify.annotations.Nullable;

/**
 * An inner node of a {@link HashTrie}: two bitmaps over 64 slots and one array that holds just the
 * occupied ones.
 *
 * <p>{@code content} starts with the entries that are alone in their slot ({@code dataMap}),
 * followed by the children of the crowded slots ({@code childMap}), both in slot order. The fields
 * change only while the node belongs to a {@link TrieEdit}, that is, before any reader sees it.
 */
final class TrieNode {
  long dataMap;
  long childMap;
  Object[] content;

  /** The edit that may change this node in place; compared by identity only. */
  final @Nullable Object owner;

  TrieNode(long dataMap, long childMap, Object[] content, @Nullable Object owner) {
    this.dataMap = dataMap;
    this.childMap = childMap;
    this.content = content;
    this.owner = owner;
  }

  int dataIndex(long bit, int width) {
    return width * Long.bitCount(dataMap & (bit - 1));
  }

  int childIndex(long bit, int width) {
    return width * Long.bitCount(dataMap) + Long.bitCount(childMap & (bit - 1));
  }
}
