package io.swarm4j.store;

import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigId;
import io.swarm4j.model.Id;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretId;
import io.swarm4j.model.VersionedPayload;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds secrets and configs by {@code id}, {@code name} (the latest version) or {@code
 * name@version}.
 */
public final class VersionedNames {
  private VersionedNames() {}

  /** The secret or config that a reference means, null if there is none. */
  public static @Nullable VersionedPayload payload(State state, PayloadReference reference) {
    return reference.isSecret()
        ? secret(state, reference.target())
        : config(state, reference.target());
  }

  /** The secret that a reference means, null if there is none. */
  public static @Nullable Secret secret(State state, String reference) {
    return find(
        reference,
        state::secretNamed,
        id -> state.secret(SecretId.parse(id)),
        state::secrets,
        secret -> secret.spec().name(),
        Secret::version);
  }

  /** The config that a reference means, null if there is none. */
  public static @Nullable Config config(State state, String reference) {
    return find(
        reference,
        state::configNamed,
        id -> state.config(ConfigId.parse(id)),
        state::configs,
        config -> config.spec().name(),
        Config::version);
  }

  private static <T> @Nullable T find(
      String reference,
      Function<String, @Nullable T> latest,
      Function<String, @Nullable T> byId,
      Supplier<List<T>> all,
      Function<T, String> name,
      ToIntFunction<T> version) {
    T named = latest.apply(reference);
    if (named != null) {
      return named;
    }
    int at = reference.lastIndexOf('@');
    if (at > 0) {
      String wantedName = reference.substring(0, at);
      String wantedVersion = reference.substring(at + 1);
      T newest = latest.apply(wantedName);
      if (newest == null || wantedVersion.equals(Integer.toString(version.applyAsInt(newest)))) {
        return newest;
      }
      for (T candidate : all.get()) {
        if (name.apply(candidate).equalsIgnoreCase(wantedName)
            && wantedVersion.equals(Integer.toString(version.applyAsInt(candidate)))) {
          return candidate;
        }
      }
      return null;
    }
    try {
      return reference.length() == Id.TEXT_LENGTH ? byId.apply(reference) : null;
    } catch (InvalidSpecException aName) {
      return null;
    }
  }
}
