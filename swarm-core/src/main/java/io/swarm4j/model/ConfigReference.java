package io.swarm4j.model;

/**
 * A task's right to read a config.
 *
 * @param config name or id; {@code name@version} pins a version, a bare name follows the latest
 * @param file where it appears
 * @param onChange what a new version does to the task
 */
public record ConfigReference(String config, FileTarget file, ChangePolicy onChange)
    implements PayloadReference {

  public ConfigReference {
    onChange = Copies.or(onChange, ChangePolicy.NONE);
    Check.of("ConfigReference")
        .that(
            config != null && !config.isBlank(),
            Fault.Code.MISSING,
            "config",
            config,
            "the name of a config")
        .present(file, "file")
        .orThrow();
  }

  /** The config under its own name. */
  public static ConfigReference of(String config) {
    return new ConfigReference(config, FileTarget.of(config), ChangePolicy.NONE);
  }

  @Override
  public String target() {
    return config;
  }
}
