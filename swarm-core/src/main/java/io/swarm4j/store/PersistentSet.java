package io.swarm4j.store;

import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable hash set in which a changed set shares all but the changed path with the one it was
 * made from: {@link PersistentMap} without the values, with the same promises about iteration
 * order, null and threads.
 *
 * @param <E> the elements, immutable, with {@code equals} and {@code hashCode} by value
 */
public final class PersistentSet<E> implements Iterable<E> {
  private static final int WIDTH = 1;
  private static final PersistentSet<Object> EMPTY = new PersistentSet<>(HashTrie.EMPTY, 0);

  private final Object root;
  private final int size;

  private PersistentSet(Object root, int size) {
    this.root = root;
    this.size = size;
  }

  /** The set without elements. */
  @SuppressWarnings("unchecked") // it never gives out an element
  public static <E> PersistentSet<E> empty() {
    return (PersistentSet<E>) EMPTY;
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  public boolean contains(E element) {
    return HashTrie.get(root, WIDTH, element) != null;
  }

  /** A set with this element; this same set, if it has the element already. */
  public PersistentSet<E> add(E element) {
    TrieEdit edit = new TrieEdit(WIDTH, root, size);
    edit.put(element, element);
    return with(edit);
  }

  /** A set without this element; this same set, if it does not have the element. */
  public PersistentSet<E> remove(E element) {
    TrieEdit edit = new TrieEdit(WIDTH, root, size);
    edit.remove(element);
    return with(edit);
  }

  private PersistentSet<E> with(TrieEdit edit) {
    if (edit.root() == root) {
      return this;
    }
    return edit.size() == 0 ? empty() : new PersistentSet<>(edit.root(), edit.size());
  }

  /** An editor that starts with the elements of this set, which itself stays as it is. */
  public Editor<E> edit() {
    return new Editor<>(this);
  }

  /** Iterates over the elements; allocates nothing per element. */
  @Override
  public Iterator<E> iterator() {
    return new ElementIterator<>(new TrieCursor(WIDTH, root), false);
  }

  /** Whether the other object is a persistent set with equal elements. */
  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof PersistentSet<?> that) || size != that.size) {
      return false;
    }
    for (TrieCursor at = new TrieCursor(WIDTH, root); at.hasNext(); at.advance()) {
      if (HashTrie.get(that.root, WIDTH, at.key()) == null) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int sum = 0;
    for (TrieCursor at = new TrieCursor(WIDTH, root); at.hasNext(); at.advance()) {
      sum += at.key().hashCode();
    }
    return sum;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("[");
    for (TrieCursor at = new TrieCursor(WIDTH, root); at.hasNext(); at.advance()) {
      text.append(text.length() > 1 ? ", " : "").append(at.key());
    }
    return text.append(']').toString();
  }

  /**
   * A set that is being changed: each node is copied at most once between two calls of {@link
   * #freeze}.
   *
   * <p>Not safe for use by several threads at once. The sets that it freezes are.
   */
  public static final class Editor<E> {
    private final TrieEdit edit;
    private PersistentSet<E> frozen;

    private Editor(PersistentSet<E> start) {
      this.frozen = start;
      this.edit = new TrieEdit(WIDTH, start.root, start.size);
    }

    public int size() {
      return edit.size();
    }

    public boolean isEmpty() {
      return edit.size() == 0;
    }

    public boolean contains(E element) {
      return HashTrie.get(edit.root(), WIDTH, element) != null;
    }

    /** Adds an element; returns whether it was absent. */
    public boolean add(E element) {
      edit.own();
      return edit.put(element, element) == null;
    }

    /** Removes an element; returns whether it was there. */
    public boolean remove(E element) {
      edit.own();
      return edit.remove(element) != null;
    }

    /**
     * The elements as they are now, as a set that never changes; takes constant time. The editor
     * goes on from there, so that such a set also serves as a savepoint.
     */
    public PersistentSet<E> freeze() {
      edit.disown();
      frozen = frozen.with(edit);
      return frozen;
    }

    /** Goes on from the given set, forgetting all changes; takes constant time. */
    public void reset(PersistentSet<E> set) {
      frozen = Objects.requireNonNull(set, "set");
      edit.reset(set.root, set.size);
    }
  }
}
