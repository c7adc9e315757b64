package io.swarm4j.model;

import java.util.Map;

/**
 * What a user wants of a config.
 *
 * @param name unique in the swarm
 * @param labels free-form metadata
 * @param data the content, 1 to less than 1_024_000 bytes
 * @param templated whether the content is a template that is filled in for each task
 */
public record ConfigSpec(String name, Map<String, String> labels, Payload data, boolean templated) {
  private static final int TOO_LARGE = 1_024_000;

  public ConfigSpec {
    labels = Copies.map(labels);
    Check check = Check.of("ConfigSpec").present(data, "data");
    Names.objectName(check, name, "name");
    if (data != null) {
      check.that(
          data.size() > 0 && data.size() < TOO_LARGE,
          "data",
          data.size() + " bytes",
          "larger than 0 and less than " + TOO_LARGE + " bytes");
    }
    check.orThrow();
  }

  /** Without labels, not a template. */
  public static ConfigSpec of(String name, String text) {
    return new ConfigSpec(name, Map.of(), Payload.of(text), false);
  }

  /** The same with other labels; content can not be changed, only replaced by a new version. */
  public ConfigSpec withLabels(Map<String, String> newLabels) {
    return new ConfigSpec(name, newLabels, data, templated);
  }
}
