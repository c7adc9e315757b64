package io.swarm4j.store.codec;

import java.util.List;
import java.util.Map;

/** Enum constants, by the tags of their names. */
final class EnumCodec extends ValueCodec {
  private final Class<?> type;
  private final int[] tags;
  private final Map<Integer, Enum<?>> constants;

  EnumCodec(Class<?> type) {
    this.type = type;
    List<Enum<?>> values = List.of((Enum<?>[]) type.getEnumConstants());
    this.tags = values.stream().mapToInt(value -> Tags.of(value.name())).toArray();
    this.constants = Tags.index(type, values, Enum::name);
  }

  @Override
  void write(EncodeBuffer out, Object value) {
    out.writeShort(tags[((Enum<?>) value).ordinal()]);
  }

  @Override
  Object read(Input in) {
    int tag = in.readShort();
    Enum<?> constant = constants.get(tag);
    if (constant == null) {
      throw new CodecFailure(
          "tag "
              + tag
              + " is no constant of "
              + type.getName()
              + ", which has "
              + constants.values());
    }
    return constant;
  }
}
