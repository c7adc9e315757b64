package io.swarm4j;

import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigSpec;
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

  /** Removes a config that no service uses. */
  void remove(String config);

  /** Twin of {@link #remove}. */
  CompletionStage<Void> removeAsync(String config);

  /** One config. */
  Config get(String config);

  /** All configs, by name and version. */
  List<Config> list();
}
