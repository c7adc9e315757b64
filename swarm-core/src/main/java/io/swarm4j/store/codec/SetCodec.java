package io.swarm4j.store.codec;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** Sets, in their iteration order; what is read keeps that order and is unmodifiable. */
final class SetCodec extends ContainerCodec {
  private final ValueCodec element;

  SetCodec(ValueCodec element) {
    this.element = element;
  }

  @Override
  int size(Object container) {
    return ((Set<?>) container).size();
  }

  @Override
  void writeElements(EncodeBuffer out, Object container) {
    for (Object each : (Set<?>) container) {
      element.write(out, requireElement(each));
    }
  }

  @Override
  Object readElements(Input in, int size) {
    Set<Object> elements = new LinkedHashSet<>();
    for (int i = 0; i < size; i++) {
      Object each = element.read(in);
      if (!elements.add(each)) {
        throw new CodecFailure("the element " + each + " comes twice");
      }
    }
    return Collections.unmodifiableSet(elements);
  }

  @Override
  Object absent() {
    return Set.of();
  }
}
