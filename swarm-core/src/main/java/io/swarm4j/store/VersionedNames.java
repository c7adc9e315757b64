package io.swarm4j.store;

import io.swarm4j.model.Config;
import io.swarm4j.model.Secret;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds secrets and configs by {@code id}, {@code name} (the latest version) or {@code
 * name@version}.
 */
public final class VersionedNames {
  private VersionedNames() {}

  /** The secret that a reference means, null if there is none. */
  public static @Nullable Secret secret(State state, String reference) {
    return find(
        reference,
        state::secretNamed,
        state::secrets,
        secret -> secret.spec().name(),
        Secret::version,
        Secret::id);
  }

  /** The config that a reference means, null if there is none. */
  public static @Nullable Config config(State state, String reference) {
    return find(
        reference,
        state::configNamed,
        state::configs,
        config -> config.spec().name(),
        Config::version,
        Config::id);
  }

  private static <T> @Nullable T find(
      String reference,
      Function<String, @Nullable T> latest,
      java.util.function.Supplier<List<T>> all,
      Function<T, String> name,
      ToIntFunction<T> version,
      Function<T, Object> id) {
    T named = latest.apply(reference);
    if (named != null) {
      return named;
    }
    int at = reference.lastIndexOf('@');
    for (T candidate : all.get()) {
      boolean pinned =
          at > 0
              && name.apply(candidate).equalsIgnoreCase(reference.substring(0, at))
              && Integer.toString(version.applyAsInt(candidate))
                  .equals(reference.substring(at + 1));
      if (pinned || id.apply(candidate).toString().equals(reference)) {
        return candidate;
      }
    }
    return null;
  }
}
