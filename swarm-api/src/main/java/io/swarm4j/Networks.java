package io.swarm4j;

import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.network.ipam.PoolUsage;
import java.util.List;
import java.util.SortedMap;
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

  /**
   * Gives a network a further pool while it is in use; tasks that wait for an address go on.
   *
   * @throws io.swarm4j.model.InvalidSpecException if the pool overlaps another one, or a route of a
   *     host
   */
  Network addPool(String network, IpPool pool);

  /** Twin of {@link #addPool}. */
  CompletionStage<Network> addPoolAsync(String network, IpPool pool);

  /** How full the pools of a network are. Takes time in proportion to the number of tasks. */
  List<PoolUsage> usage(String network);

  /**
   * Which services, tasks and nodes hold the addresses of a network, in ascending order. Takes time
   * in proportion to the number of tasks.
   */
  SortedMap<Ip, List<Id>> holders(String network);
}
