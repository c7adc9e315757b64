package io.swarm4j.store.codec;

import io.swarm4j.model.SwarmException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the codec of a type, and those of all types that it is made of, by reflection.
 *
 * <p>Codecs of recursive types refer to each other, so that they are usable only after the
 * outermost call has returned. For use by one thread.
 */
final class CodecFactory {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private final Map<Type, ValueCodec> codecs;

  /** A factory that makes use of complete codecs; the map itself is left as it is. */
  CodecFactory(Map<Type, ValueCodec> complete) {
    codecs = new HashMap<>(complete);
  }

  /** The codecs it was given and those that it has made, by type. */
  Map<Type, ValueCodec> codecs() {
    return codecs;
  }

  /**
   * The codec of a type.
   *
   * @param user what has asked for it, for the error message
   */
  ValueCodec codec(Type type, String user) {
    ValueCodec known = codecs.get(type);
    if (known != null) {
      return known;
    }
    if (type instanceof Class<?> raw) {
      return codecOfClass(raw, user);
    }
    if (type instanceof ParameterizedType generic) {
      return codecOfContainer(generic, user);
    }
    if (type instanceof WildcardType wildcard) {
      return codec(wildcard.getUpperBounds()[0], user);
    }
    throw unsupported(type, user);
  }

  private ValueCodec codecOfClass(Class<?> type, String user) {
    if (type.isEnum()) {
      ValueCodec codec = new EnumCodec(type);
      codecs.put(type, codec);
      return codec;
    }
    if (type.isRecord()) {
      RecordValueCodec codec = new RecordValueCodec(type);
      codecs.put(type, codec);
      complete(codec, type);
      return codec;
    }
    if (type.isSealed() && type.isInterface()) {
      SealedCodec codec = new SealedCodec(type);
      codecs.put(type, codec);
      permit(codec, type);
      return codec;
    }
    throw unsupported(type, user);
  }

  private ValueCodec codecOfContainer(ParameterizedType type, String user) {
    Type[] arguments = type.getActualTypeArguments();
    ValueCodec codec;
    if (type.getRawType() == List.class) {
      codec = new ListCodec(codec(arguments[0], user));
    } else if (type.getRawType() == Set.class) {
      codec = new SetCodec(codec(arguments[0], user));
    } else if (type.getRawType() == Map.class) {
      codec = new MapCodec(codec(arguments[0], user), codec(arguments[1], user));
    } else {
      throw unsupported(type, user);
    }
    codecs.put(type, codec);
    return codec;
  }

  private void complete(RecordValueCodec codec, Class<?> type) {
    RecordComponent[] declared = type.getRecordComponents();
    if (declared.length > RecordValueCodec.MAX_COMPONENTS) {
      throw new SwarmException(
          String.format(
              "%s has %d components, and %d are possible: put some of them into a record of their"
                  + " own",
              type.getName(), declared.length, RecordValueCodec.MAX_COMPONENTS));
    }
    List<Component> components = new ArrayList<>();
    for (RecordComponent component : declared) {
      components.add(component(type, component));
    }
    codec.complete(components, canonicalConstructor(type, declared));
  }

  private Component component(Class<?> owner, RecordComponent declared) {
    String name = declared.getName();
    MethodHandle accessor = accessor(declared);
    Class<?> type = declared.getType();
    if (type == boolean.class) {
      return new Component.OfBoolean(name, accessor);
    }
    if (type == int.class) {
      return new Component.OfInt(name, accessor);
    }
    if (type == long.class) {
      return new Component.OfLong(name, accessor);
    }
    if (type == double.class) {
      return new Component.OfDouble(name, accessor);
    }
    ValueCodec codec = codec(declared.getGenericType(), owner.getName() + "." + name);
    return new Component.OfReference(name, accessor, codec);
  }

  private static MethodHandle accessor(RecordComponent component) {
    Method accessor = component.getAccessor();
    try {
      open(accessor, component.getDeclaringRecord());
      return LOOKUP.unreflect(accessor);
    } catch (IllegalAccessException closed) {
      throw notAccessible(component.getDeclaringRecord(), closed);
    }
  }

  private static MethodHandle canonicalConstructor(Class<?> type, RecordComponent[] declared) {
    Class<?>[] parameters =
        Arrays.stream(declared).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(parameters);
      open(constructor, type);
      return LOOKUP.unreflectConstructor(constructor);
    } catch (NoSuchMethodException impossible) {
      throw new AssertionError("every record has a canonical constructor: " + type, impossible);
    } catch (IllegalAccessException closed) {
      throw notAccessible(type, closed);
    }
  }

  private static void open(AccessibleObject member, Class<?> owner) {
    if (!member.trySetAccessible()) {
      throw notAccessible(owner, null);
    }
  }

  private static SwarmException notAccessible(Class<?> type, @Nullable Exception cause) {
    String message =
        String.format(
            "%s is not accessible: open package %s to %s",
            type.getName(), type.getPackageName(), CodecFactory.class.getModule());
    return cause == null ? new SwarmException(message) : new SwarmException(message, cause);
  }

  private void permit(SealedCodec codec, Class<?> type) {
    Set<Class<?>> leaves = new LinkedHashSet<>();
    collectLeaves(type, leaves);
    List<SealedCodec.Leaf> permitted = new ArrayList<>();
    for (Class<?> leaf : leaves) {
      permitted.add(new SealedCodec.Leaf(leaf, codec(leaf, "permitted by " + type.getName())));
    }
    codec.permit(permitted);
  }

  private static void collectLeaves(Class<?> type, Set<Class<?>> leaves) {
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (permitted.isSealed() && !permitted.isEnum()) {
        collectLeaves(permitted, leaves);
      } else {
        leaves.add(permitted);
      }
    }
  }

  private static SwarmException unsupported(Type type, String user) {
    return new SwarmException(
        String.format(
            "%s (%s) cannot be encoded: use records, enums, sealed interfaces of those, String,"
                + " boolean, int, long, double and their boxes, byte[], Instant, Duration, and"
                + " List, Set or Map of those",
            type.getTypeName(), user));
  }
}
