package io.swarm4j.store.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records: the length in bytes, one bit for each component that is not left out (seven to a byte,
 * the eighth says that another byte follows), then those components in order of declaration.
 *
 * <p>The length lets a reader skip components that it does not know, and the bits tell it which of
 * its own the writer did not know. A record without any component to write has length zero.
 */
final class RecordValueCodec extends ValueCodec {
  static final int MAX_COMPONENTS = 63;
  private static final int BITS_PER_BYTE = 7;
  private static final int CONTINUES = 0x80;

  private final Class<?> type;
  private Component[] components = {};

  @SuppressWarnings("NullAway.Init") // set by complete()
  private MethodHandle constructor;

  RecordValueCodec(Class<?> type) {
    this.type = type;
  }

  /** Finishes the codec; apart from the constructor because types may be recursive. */
  void complete(List<Component> inOrder, MethodHandle canonicalConstructor) {
    components = inOrder.toArray(Component[]::new);
    constructor =
        canonicalConstructor
            .asSpreader(Object[].class, components.length)
            .asType(MethodType.methodType(Object.class, Object[].class));
  }

  @Override
  void write(EncodeBuffer out, Object value) {
    int begin = out.beginPart();
    int bitBytes = (components.length + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
    int bitsAt = out.reserve(bitBytes);
    long bits = 0;
    for (int i = 0; i < components.length; i++) {
      if (write(components[i], out, value)) {
        bits |= 1L << i;
      }
    }
    if (bits == 0) {
      out.truncate(bitsAt);
    }
    for (int i = 0; bits != 0; i++) {
      int more = i < bitBytes - 1 ? CONTINUES : 0;
      out.setByte(bitsAt + i, (int) (bits & (CONTINUES - 1)) | more);
      bits >>>= BITS_PER_BYTE;
    }
    out.endPart(begin);
  }

  private static boolean write(Component component, EncodeBuffer out, Object owner) {
    try {
      return component.write(out, owner);
    } catch (CodecFailure failure) {
      throw failure.within(component.name);
    } catch (Error error) {
      throw error;
    } catch (Throwable failed) {
      throw new CodecFailure(failed.toString(), failed).within(component.name);
    }
  }

  @Override
  Object read(Input in) {
    int outer = in.beginPart();
    long bits = readBits(in);
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (bits >>> i & 1) == 0 ? components[i].absent() : read(components[i], in);
    }
    boolean allKnown = bits >>> values.length == 0;
    if (allKnown && in.remaining() > 0) {
      throw new CodecFailure(in.remaining() + " bytes are left over in " + type.getSimpleName());
    }
    in.endPart(outer);
    return construct(values);
  }

  private static long readBits(Input in) {
    long bits = 0;
    for (int shift = 0; in.remaining() > 0; shift += BITS_PER_BYTE) {
      if (shift >= MAX_COMPONENTS) {
        throw new CodecFailure("a record has more than " + MAX_COMPONENTS + " components");
      }
      int next = in.readByte();
      bits |= (long) (next & (CONTINUES - 1)) << shift;
      if (next < CONTINUES) {
        break;
      }
    }
    return bits;
  }

  private static @Nullable Object read(Component component, Input in) {
    try {
      return component.read(in);
    } catch (CodecFailure failure) {
      throw failure.within(component.name);
    } catch (RuntimeException failed) {
      throw new CodecFailure(failed.toString(), failed).within(component.name);
    }
  }

  private Object construct(Object[] values) {
    try {
      return (Object) constructor.invokeExact(values);
    } catch (Error error) {
      throw error;
    } catch (Throwable refused) {
      throw new CodecFailure(
          "the constructor of " + type.getSimpleName() + " refuses: " + refused.getMessage(),
          refused);
    }
  }
}
