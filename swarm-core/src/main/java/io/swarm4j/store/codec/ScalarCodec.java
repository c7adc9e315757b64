package io.swarm4j.store.codec;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Values without components. */
final class ScalarCodec<T> extends ValueCodec {
  private final BiConsumer<EncodeBuffer, T> writer;
  private final Function<Input, T> reader;

  private ScalarCodec(BiConsumer<EncodeBuffer, T> writer, Function<Input, T> reader) {
    this.writer = writer;
    this.reader = reader;
  }

  /** The codecs of all scalar types. */
  static Map<Class<?>, ValueCodec> all() {
    return Map.of(
        String.class,
        new ScalarCodec<>(EncodeBuffer::writeString, Input::readString),
        byte[].class,
        new ScalarCodec<>(EncodeBuffer::writeBytes, Input::readBytes),
        Boolean.class,
        new ScalarCodec<Boolean>((out, value) -> out.writeByte(value ? 1 : 0), ScalarCodec::bool),
        Integer.class,
        new ScalarCodec<Integer>(EncodeBuffer::writeZigzag, Input::readInt),
        Long.class,
        new ScalarCodec<Long>(EncodeBuffer::writeZigzag, Input::readZigzag),
        Double.class,
        new ScalarCodec<>(EncodeBuffer::writeDouble, Input::readDouble),
        Instant.class,
        new ScalarCodec<Instant>(
            (out, value) -> seconds(out, value.getEpochSecond(), value.getNano()),
            in -> Instant.ofEpochSecond(in.readZigzag(), nanos(in))),
        Duration.class,
        new ScalarCodec<Duration>(
            (out, value) -> seconds(out, value.getSeconds(), value.getNano()),
            in -> Duration.ofSeconds(in.readZigzag(), nanos(in))));
  }

  @Override
  @SuppressWarnings("unchecked") // the factory pairs codecs with the declared types of components
  void write(EncodeBuffer out, Object value) {
    writer.accept(out, (T) value);
  }

  @Override
  Object read(Input in) {
    return reader.apply(in);
  }

  private static Boolean bool(Input in) {
    int value = in.readByte();
    if (value > 1) {
      throw new CodecFailure(value + " is neither false (0) nor true (1)");
    }
    return value == 1;
  }

  private static void seconds(EncodeBuffer out, long seconds, int nanos) {
    out.writeZigzag(seconds);
    out.writeVarint(nanos);
  }

  private static long nanos(Input in) {
    long nanos = in.readVarint();
    if (nanos < 0 || nanos > 999_999_999) {
      throw new CodecFailure(nanos + " is not a number of nanoseconds below one second");
    }
    return nanos;
  }
}
