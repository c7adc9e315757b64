package io.swarm4j.store.codec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Maps, keys and values in turn, in their iteration order; what is read keeps that order and is
 * unmodifiable.
 */
final class MapCodec extends ContainerCodec {
  private final ValueCodec keys;
  private final ValueCodec values;

  MapCodec(ValueCodec keys, ValueCodec values) {
    this.keys = keys;
    this.values = values;
  }

  @Override
  int size(Object container) {
    return ((Map<?, ?>) container).size();
  }

  @Override
  void writeElements(EncodeBuffer out, Object container) {
    for (Map.Entry<?, ?> entry : ((Map<?, ?>) container).entrySet()) {
      keys.write(out, requireElement(entry.getKey()));
      values.write(out, requireElement(entry.getValue()));
    }
  }

  @Override
  Object readElements(Input in, int size) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      Object key = keys.read(in);
      if (map.put(key, values.read(in)) != null) {
        throw new CodecFailure("the key " + key + " comes twice");
      }
    }
    return Collections.unmodifiableMap(map);
  }

  @Override
  Object absent() {
    return Map.of();
  }
}
