package io.swarm4j;

import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The configs of a swarm, named by id, name, {@code name@version} or unique id prefix. Thread-safe.
 */
public interface Configs {

  /** Creates a config; its name must be free. */
  Config create(ConfigSpec spec);

  /** Twin of {@link #create}. */
  CompletionStage<Config> createAsync(ConfigSpec spec);

  /**
   * Adds a version to a config that exists; references without a version mean it for all tasks that
   * start from now on.
   */
  Config addVersion(ConfigSpec spec);

  /** Twin of {@link #addVersion}. */
  CompletionStage<Config> addVersionAsync(ConfigSpec spec);

  /**
   * Replaces the labels of a config, the one part of it that may change, if it is still at the
   * version that the caller has seen.
   */
  Config updateLabels(String config, long version, Map<String, String> labels);

  /** Twin of {@link #updateLabels}. */
  CompletionStage<Config> updateLabelsAsync(
      String config, long version, Map<String, String> labels);

  /**
   * Adds a version and brings it to everything that uses the config: running tasks get it as their
   * references say ({@code SIGNAL}, {@code HOT}), all others are replaced under their service's
   * update policy; references that pin an earlier version are changed to the new one.
   *
   * @param timeout how long to wait for confirmations
   * @return who has confirmed, and who has not in time
   */
  Rotation rotate(ConfigSpec spec, Duration timeout);

  /** Twin of {@link #rotate}. */
  CompletionStage<Rotation> rotateAsync(ConfigSpec spec, Duration timeout);

  /** The services that use a config, in its present version or any other; by name. */
  List<String> users(String config);

  /**
   * Removes a config.
   *
   * @throws io.swarm4j.model.ConflictException if services use it, with their names
   */
  void remove(String config);

  /** Twin of {@link #remove}. */
  CompletionStage<Void> removeAsync(String config);

  /** One config. */
  Config get(String config);

  /** All configs, by name and version. */
  List<Config> list();
}
