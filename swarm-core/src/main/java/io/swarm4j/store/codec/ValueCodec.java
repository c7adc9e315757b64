package io.swarm4j.store.codec;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes and reads the values of one type. */
abstract class ValueCodec {

  abstract void write(EncodeBuffer out, Object value);

  abstract Object read(Input in);

  /** The value of a component that was left out. */
  @Nullable Object absent() {
    return null;
  }

  /** Whether a component with this value is left out. */
  boolean isAbsent(@Nullable Object value) {
    return value == null;
  }

  /** Writes the value of a component that is not left out. */
  void writeComponent(EncodeBuffer out, @Nullable Object value) {
    write(out, Objects.requireNonNull(value));
  }

  /** Reads the value of a component that was not left out. */
  @Nullable Object readComponent(Input in) {
    return read(in);
  }
}
