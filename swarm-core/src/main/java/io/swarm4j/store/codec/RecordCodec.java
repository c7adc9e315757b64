package io.swarm4j.store.codec;

import io.swarm4j.model.SwarmException;
import io.swarm4j.store.CorruptDataException;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns immutable model objects into few bytes, and back.
 *
 * <p>It knows records, enums, sealed interfaces of those, {@code String}, {@code boolean}, {@code
 * int}, {@code long}, {@code double} and their boxes, {@code byte[]}, {@code Instant}, {@code
 * Duration}, and {@code List}, {@code Set} and {@code Map} of those; components may be null,
 * elements may not. What is read is made by the canonical constructors, so that their checks run,
 * and its collections are unmodifiable and keep their order.
 *
 * <p>A type may change in ways that keep old bytes readable, and new ones by old code:
 *
 * <ul>
 *   <li>components of a record are only ever appended, never reordered, removed or given another
 *       type. A reader skips those that it does not know; for those that the writer did not know,
 *       the constructor gets null, 0, false, or an empty collection. Names do not matter;
 *   <li>constants of an enum and permitted types of a sealed interface are known by their simple
 *       names: they may be added, reordered and moved, not renamed. Old code refuses new ones.
 * </ul>
 *
 * <p>Instances are safe for use by any number of threads. The first use of a type is slow; make one
 * codec and keep it.
 */
public final class RecordCodec {
  private final Map<Type, ValueCodec> codecs = new ConcurrentHashMap<>(ScalarCodec.all());

  private RecordCodec() {}

  /** A codec that has not seen any type yet. */
  public static RecordCodec create() {
    return new RecordCodec();
  }

  /**
   * Encodes a value.
   *
   * @param type how the value will be asked for; with a sealed interface, its subtype is written
   * @throws SwarmException if the type has a part that cannot be encoded, or the value has a null
   *     in a collection or is nested deeper than 100 records
   */
  public <T> byte[] encode(Class<T> type, T value) {
    EncodeBuffer buffer = new EncodeBuffer();
    encode(type, value, buffer);
    return buffer.toByteArray();
  }

  /**
   * Appends an encoded value to a buffer; on failure, the buffer holds what it held before.
   *
   * @throws SwarmException as {@link #encode(Class, Object)}
   */
  public <T> void encode(Class<T> type, T value, EncodeBuffer buffer) {
    Objects.requireNonNull(value, "value");
    ValueCodec codec = codec(type);
    int start = buffer.size();
    try {
      codec.write(buffer, value);
    } catch (CodecFailure failure) {
      buffer.rollBack(start);
      throw new SwarmException(
          "Cannot encode " + failure.place(type) + ": " + failure.getMessage(), failure);
    }
  }

  /**
   * Decodes a value that takes up the whole array.
   *
   * @throws CorruptDataException if the bytes are not such a value, naming the component
   */
  public <T> T decode(Class<T> type, byte[] bytes) {
    Input in = new Input(bytes, 0, bytes.length);
    T value = decode(type, in, 0);
    if (in.remaining() > 0) {
      throw new CorruptDataException(
          String.format(
              "Cannot decode %s: %d of %d bytes are left over",
              type.getSimpleName(), in.remaining(), bytes.length));
    }
    return value;
  }

  /**
   * Decodes a value from the position of a buffer on, and moves the position behind it. Buffers
   * without an accessible array are copied first.
   *
   * @throws CorruptDataException if the bytes are not such a value, naming the component; the
   *     position does not move then
   */
  public <T> T decode(Class<T> type, ByteBuffer buffer) {
    int start = buffer.position();
    byte[] bytes;
    int from;
    if (buffer.hasArray()) {
      bytes = buffer.array();
      from = buffer.arrayOffset() + start;
    } else {
      bytes = new byte[buffer.remaining()];
      buffer.get(start, bytes);
      from = 0;
    }
    Input in = new Input(bytes, from, from + buffer.remaining());
    T value = decode(type, in, from);
    buffer.position(start + in.position() - from);
    return value;
  }

  private <T> T decode(Class<T> type, Input in, int from) {
    ValueCodec codec = codec(type);
    try {
      return type.cast(codec.read(in));
    } catch (CodecFailure failure) {
      throw new CorruptDataException(
          String.format(
              "Cannot decode %s, at byte %d: %s",
              failure.place(type), in.position() - from, failure.getMessage()),
          failure);
    }
  }

  /**
   * Prepares for a type, so that its first use is fast.
   *
   * @throws SwarmException if the type has a part that cannot be encoded, naming it
   */
  public void prepare(Class<?> type) {
    codec(type);
  }

  private ValueCodec codec(Class<?> type) {
    ValueCodec known = codecs.get(type);
    return known != null ? known : make(type);
  }

  /** Shows the codecs of a type to other threads only when all of them are complete. */
  private synchronized ValueCodec make(Class<?> type) {
    @Nullable ValueCodec known = codecs.get(type);
    if (known != null) {
      return known;
    }
    CodecFactory factory = new CodecFactory(codecs);
    ValueCodec codec = factory.codec(type, "asked for directly");
    codecs.putAll(factory.codecs());
    return codec;
  }
}
