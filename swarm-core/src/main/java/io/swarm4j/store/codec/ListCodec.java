package io.swarm4j.store.codec;

import java.util.List;

/** Lists; what is read is unmodifiable. */
final class ListCodec extends ContainerCodec {
  private final ValueCodec element;

  ListCodec(ValueCodec element) {
    this.element = element;
  }

  @Override
  int size(Object container) {
    return ((List<?>) container).size();
  }

  @Override
  void writeElements(EncodeBuffer out, Object container) {
    for (Object each : (List<?>) container) {
      element.write(out, requireElement(each));
    }
  }

  @Override
  Object readElements(Input in, int size) {
    Object[] elements = new Object[size];
    for (int i = 0; i < size; i++) {
      elements[i] = element.read(in);
    }
    return List.of(elements);
  }

  @Override
  Object absent() {
    return List.of();
  }
}
