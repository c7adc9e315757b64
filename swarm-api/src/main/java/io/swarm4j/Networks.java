package io.swarm4j;

import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The networks of a swarm, named by id, name or unique id prefix. Thread-safe. */
public interface Networks {

  /** Creates a network; it gets its subnet on first use. */
  Network create(NetworkSpec spec);

  /** Twin of {@link #create}. */
  CompletionStage<Network> createAsync(NetworkSpec spec);

  /**
   * Removes a network that no service uses; waits for the last tasks of services that were removed
   * to end.
   */
  void remove(String network);

  /** Twin of {@link #remove}. */
  CompletionStage<Void> removeAsync(String network);

  /** One network. */
  Network get(String network);

  /** All networks, by name. */
  List<Network> list();
}
