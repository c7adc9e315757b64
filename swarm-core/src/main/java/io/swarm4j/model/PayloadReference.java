package io.swarm4j.model;

/** A task's right to read a secret or config. */
public sealed interface PayloadReference permits SecretReference, ConfigReference {

  /** Name or id; {@code name@version} pins a version, a bare name follows the latest. */
  String target();

  /** Where it appears. */
  FileTarget file();

  /** What a new version does to the task. */
  ChangePolicy onChange();

  /** Whether it is a secret rather than a config. */
  default boolean isSecret() {
    return this instanceof SecretReference;
  }

  /** The absolute path at which it appears inside a task. */
  default String path() {
    return file().pathIn(isSecret() ? "/run/secrets/" : "/");
  }

  /** Whether it means {@code news} as soon as that is the latest version. */
  default boolean follows(PayloadVersion news) {
    return isSecret() == news.secret() && target().equalsIgnoreCase(news.name());
  }
}
