package io.swarm4j.store.codec;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Values of a sealed interface: the tag of the permitted type's simple name, then the value. */
final class SealedCodec extends ValueCodec {
  private final Class<?> type;
  private final Map<Class<?>, Leaf> byClass = new IdentityHashMap<>();
  private SortedMap<Integer, Leaf> byTag = new TreeMap<>();

  SealedCodec(Class<?> type) {
    this.type = type;
  }

  /** Says which types are permitted; apart from the constructor because types may be recursive. */
  void permit(List<Leaf> leaves) {
    byTag = Tags.index(type, leaves, leaf -> leaf.type.getSimpleName());
    byTag.values().forEach(leaf -> byClass.put(leaf.type, leaf));
  }

  @Override
  void write(EncodeBuffer out, Object value) {
    Class<?> valueType =
        value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
    Leaf leaf = byClass.get(valueType);
    if (leaf == null) {
      throw new CodecFailure(valueType.getName() + " is not permitted by " + type.getName());
    }
    out.writeShort(leaf.tag);
    leaf.codec.write(out, value);
  }

  @Override
  Object read(Input in) {
    int tag = in.readShort();
    Leaf leaf = byTag.get(tag);
    if (leaf == null) {
      throw new CodecFailure(
          String.format(
              "tag %d is no permitted type of %s, which has %s",
              tag,
              type.getName(),
              byTag.values().stream().map(known -> known.type.getSimpleName()).toList()));
    }
    return leaf.codec.read(in);
  }

  /** A permitted record or enum. */
  static final class Leaf {
    private final Class<?> type;
    private final int tag;
    private final ValueCodec codec;

    Leaf(Class<?> type, ValueCodec codec) {
      this.type = type;
      this.tag = Tags.of(type.getSimpleName());
      this.codec = codec;
    }
  }
}
