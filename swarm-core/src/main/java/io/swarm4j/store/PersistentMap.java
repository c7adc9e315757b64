package io.swarm4j.store;

import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable hash map in which a changed map shares all but the changed path with the one it was
 * made from.
 *
 * <p>Taking a snapshot costs nothing, since every map is one. Single changes go through {@link
 * #put} and {@link #remove}; many changes go through an {@link Editor}, which copies each path once
 * instead of once per change.
 *
 * <p>Iteration visits entries in an order that depends on the keys' {@code hashCode} alone: not on
 * the history of the map, and two entries keep their relative order whatever else comes and goes.
 * Only keys with equal hash codes follow one another in the order in which they were put. With keys
 * whose hash code is a function of their value, iteration is therefore the same in every run.
 *
 * <p>Neither keys nor values are null. Instances are safe for use by any number of threads.
 *
 * @param <K> the keys, immutable, with {@code equals} and {@code hashCode} by value
 * @param <V> the values; replacing a value by the identical object is no change
 */
public final class PersistentMap<K, V> implements Iterable<Map.Entry<K, V>> {
  private static final int WIDTH = 2;
  private static final PersistentMap<Object, Object> EMPTY = new PersistentMap<>(HashTrie.EMPTY, 0);

  private final Object root;
  private final int size;

  private PersistentMap(Object root, int size) {
    this.root = root;
    this.size = size;
  }

  /** The map without entries. */
  @SuppressWarnings("unchecked") // it never gives out a key or value
  public static <K, V> PersistentMap<K, V> empty() {
    return (PersistentMap<K, V>) EMPTY;
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** The value of a key, or null where the key is absent. */
  @SuppressWarnings("unchecked") // only values of type V are ever put
  public @Nullable V get(K key) {
    return (V) HashTrie.get(root, WIDTH, key);
  }

  public boolean containsKey(K key) {
    return HashTrie.get(root, WIDTH, key) != null;
  }

  /** A map with this entry; this same map, if it has the identical value already. */
  public PersistentMap<K, V> put(K key, V value) {
    TrieEdit edit = new TrieEdit(WIDTH, root, size);
    edit.put(key, value);
    return with(edit);
  }

  /** A map without this key; this same map, if it does not have the key. */
  public PersistentMap<K, V> remove(K key) {
    TrieEdit edit = new TrieEdit(WIDTH, root, size);
    edit.remove(key);
    return with(edit);
  }

  private PersistentMap<K, V> with(TrieEdit edit) {
    if (edit.root() == root) {
      return this;
    }
    return edit.size() == 0 ? empty() : new PersistentMap<>(edit.root(), edit.size());
  }

  /** An editor that starts with the entries of this map, which itself stays as it is. */
  public Editor<K, V> edit() {
    return new Editor<>(this);
  }

  /** Calls the action for each entry; allocates nothing per entry. */
  @SuppressWarnings("unchecked") // only entries of type K, V are ever put
  public void forEach(BiConsumer<? super K, ? super V> action) {
    for (TrieCursor at = new TrieCursor(WIDTH, root); at.hasNext(); at.advance()) {
      action.accept((K) at.key(), (V) at.value());
    }
  }

  @Override
  public Iterator<Map.Entry<K, V>> iterator() {
    TrieCursor cursor = new TrieCursor(WIDTH, root);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return cursor.hasNext();
      }

      @Override
      @SuppressWarnings("unchecked") // only entries of type K, V are ever put
      public Map.Entry<K, V> next() {
        cursor.requireNext();
        Map.Entry<K, V> entry = Map.entry((K) cursor.key(), (V) cursor.value());
        cursor.advance();
        return entry;
      }
    };
  }

  /** The keys; a view that allocates nothing per key. */
  public Iterable<K> keys() {
    return () -> new ElementIterator<>(new TrieCursor(WIDTH, root), false);
  }

  /** The values, in the order of their keys; a view that allocates nothing per value. */
  public Iterable<V> values() {
    return () -> new ElementIterator<>(new TrieCursor(WIDTH, root), true);
  }

  /** Whether the other object is a persistent map with equal entries. */
  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof PersistentMap<?, ?> that) || size != that.size) {
      return false;
    }
    for (TrieCursor at = new TrieCursor(WIDTH, root); at.hasNext(); at.advance()) {
      if (!at.value().equals(HashTrie.get(that.root, WIDTH, at.key()))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int sum = 0;
    for (TrieCursor at = new TrieCursor(WIDTH, root); at.hasNext(); at.advance()) {
      sum += at.key().hashCode() ^ at.value().hashCode();
    }
    return sum;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (TrieCursor at = new TrieCursor(WIDTH, root); at.hasNext(); at.advance()) {
      text.append(text.length() > 1 ? ", " : "").append(at.key()).append('=').append(at.value());
    }
    return text.append('}').toString();
  }

  /**
   * A map that is being changed: each node is copied at most once between two calls of {@link
   * #freeze}.
   *
   * <p>Not safe for use by several threads at once. The maps that it freezes are.
   */
  public static final class Editor<K, V> {
    private final TrieEdit edit;
    private PersistentMap<K, V> frozen;

    private Editor(PersistentMap<K, V> start) {
      this.frozen = start;
      this.edit = new TrieEdit(WIDTH, start.root, start.size);
    }

    public int size() {
      return edit.size();
    }

    public boolean isEmpty() {
      return edit.size() == 0;
    }

    /** The value of a key, or null where the key is absent. */
    @SuppressWarnings("unchecked") // only values of type V are ever put
    public @Nullable V get(K key) {
      return (V) HashTrie.get(edit.root(), WIDTH, key);
    }

    public boolean containsKey(K key) {
      return HashTrie.get(edit.root(), WIDTH, key) != null;
    }

    /** Puts an entry; returns the value it replaces, or null. */
    @SuppressWarnings("unchecked") // only values of type V are ever put
    public @Nullable V put(K key, V value) {
      edit.own();
      return (V) edit.put(key, value);
    }

    /** Removes a key; returns its value, or null where the key is absent. */
    @SuppressWarnings("unchecked") // only values of type V are ever put
    public @Nullable V remove(K key) {
      edit.own();
      return (V) edit.remove(key);
    }

    /**
     * The entries as they are now, as a map that never changes; takes constant time. The editor
     * goes on from there, so that such a map also serves as a savepoint.
     */
    public PersistentMap<K, V> freeze() {
      edit.disown();
      frozen = frozen.with(edit);
      return frozen;
    }

    /** Goes on from the given map, forgetting all changes; takes constant time. */
    public void reset(PersistentMap<K, V> map) {
      frozen = Objects.requireNonNull(map, "map");
      edit.reset(map.root, map.size);
    }
  }
}
