package io.swarm4j.store.codec;

import org.jspecify.annotations.Nullable;

/**
 * Lists, sets and maps: the number of elements plus one, then the elements.
 *
 * <p>As a component, the empty container is left out, for it is the most frequent one; the number
 * zero stands for null.
 */
abstract class ContainerCodec extends ValueCodec {

  abstract int size(Object container);

  abstract void writeElements(EncodeBuffer out, Object container);

  abstract Object readElements(Input in, int size);

  @Override
  abstract Object absent();

  @Override
  final void write(EncodeBuffer out, Object value) {
    out.writeVarint(size(value) + 1L);
    writeElements(out, value);
  }

  @Override
  final Object read(Input in) {
    return requireElement(readComponent(in));
  }

  @Override
  final boolean isAbsent(@Nullable Object value) {
    return value != null && size(value) == 0;
  }

  @Override
  final void writeComponent(EncodeBuffer out, @Nullable Object value) {
    if (value == null) {
      out.writeVarint(0);
    } else {
      write(out, value);
    }
  }

  @Override
  final @Nullable Object readComponent(Input in) {
    int size = in.readLengthOrNull();
    return size < 0 ? null : readElements(in, size);
  }

  static Object requireElement(@Nullable Object element) {
    if (element == null) {
      throw new CodecFailure("null among the elements");
    }
    return element;
  }
}
