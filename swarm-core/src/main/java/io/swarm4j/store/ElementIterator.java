package io.swarm4j.store;

import java.util.Iterator;

/** Iterates over one side of the entries under a cursor: the keys, or the values. */
final class ElementIterator<E> implements Iterator<E> {
  private final TrieCursor cursor;
  private final boolean values;

  ElementIterator(TrieCursor cursor, boolean values) {
    this.cursor = cursor;
    this.values = values;
  }

  @Override
  public boolean hasNext() {
    return cursor.hasNext();
  }

  @Override
  @SuppressWarnings("unchecked") // the collection that made the cursor vouches for the type
  public E next() {
    cursor.requireNext();
    E element = (E) (values ? cursor.value() : cursor.key());
    cursor.advance();
    return element;
  }
}
