package io.swarm4j.store.codec;

import org.jspecify.annotations.Nullable;

/** What went wrong, on its way up through the components that contain the place. */
final class CodecFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private String path = "";

  CodecFailure(String message) {
    this(message, null);
  }

  CodecFailure(String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
  }

  /** Adds the component around the place to the path. */
  CodecFailure within(String component) {
    path = path.isEmpty() ? component : component + "." + path;
    return this;
  }

  /** The place below the given type, such as {@code Service.spec.name}. */
  String place(Class<?> type) {
    return path.isEmpty() ? type.getSimpleName() : type.getSimpleName() + "." + path;
  }
}
