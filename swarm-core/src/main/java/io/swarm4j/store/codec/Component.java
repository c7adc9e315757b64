package io.swarm4j.store.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * One component of a record: takes it out of the record and writes it, or reads it.
 *
 * <p>A component with the value that a missing one would get is left out. Each primitive type has
 * its own class so that writing does not box.
 */
abstract class Component {
  final String name;
  final MethodHandle accessor;

  private Component(String name, MethodHandle accessor, Class<?> type) {
    this.name = name;
    this.accessor = accessor.asType(MethodType.methodType(type, Object.class));
  }

  /** Writes the component of a record; returns false, having written nothing, if it is left out. */
  abstract boolean write(EncodeBuffer out, Object owner) throws Throwable;

  /** Reads a component that was not left out. */
  abstract @Nullable Object read(Input in);

  /** The value of a component that was left out, or that the writer did not know. */
  abstract @Nullable Object absent();

  static final class OfBoolean extends Component {
    OfBoolean(String name, MethodHandle accessor) {
      super(name, accessor, boolean.class);
    }

    @Override
    boolean write(EncodeBuffer out, Object owner) throws Throwable {
      return (boolean) accessor.invokeExact(owner);
    }

    @Override
    Object read(Input in) {
      return true;
    }

    @Override
    Object absent() {
      return false;
    }
  }

  static final class OfInt extends Component {
    OfInt(String name, MethodHandle accessor) {
      super(name, accessor, int.class);
    }

    @Override
    boolean write(EncodeBuffer out, Object owner) throws Throwable {
      int value = (int) accessor.invokeExact(owner);
      if (value != 0) {
        out.writeZigzag(value);
      }
      return value != 0;
    }

    @Override
    Object read(Input in) {
      return in.readInt();
    }

    @Override
    Object absent() {
      return 0;
    }
  }

  static final class OfLong extends Component {
    OfLong(String name, MethodHandle accessor) {
      super(name, accessor, long.class);
    }

    @Override
    boolean write(EncodeBuffer out, Object owner) throws Throwable {
      long value = (long) accessor.invokeExact(owner);
      if (value != 0) {
        out.writeZigzag(value);
      }
      return value != 0;
    }

    @Override
    Object read(Input in) {
      return in.readZigzag();
    }

    @Override
    Object absent() {
      return 0L;
    }
  }

  static final class OfDouble extends Component {
    OfDouble(String name, MethodHandle accessor) {
      super(name, accessor, double.class);
    }

    @Override
    boolean write(EncodeBuffer out, Object owner) throws Throwable {
      double value = (double) accessor.invokeExact(owner);
      boolean present = Double.doubleToRawLongBits(value) != 0; // -0.0 is not left out
      if (present) {
        out.writeDouble(value);
      }
      return present;
    }

    @Override
    Object read(Input in) {
      return in.readDouble();
    }

    @Override
    Object absent() {
      return 0.0;
    }
  }

  static final class OfReference extends Component {
    private final ValueCodec codec;

    OfReference(String name, MethodHandle accessor, ValueCodec codec) {
      super(name, accessor, Object.class);
      this.codec = codec;
    }

    @Override
    boolean write(EncodeBuffer out, Object owner) throws Throwable {
      Object value = (Object) accessor.invokeExact(owner);
      if (codec.isAbsent(value)) {
        return false;
      }
      codec.writeComponent(out, value);
      return true;
    }

    @Override
    @Nullable Object read(Input in) {
      return codec.readComponent(in);
    }

    @Override
    @Nullable Object absent() {
      return codec.absent();
    }
  }
}
