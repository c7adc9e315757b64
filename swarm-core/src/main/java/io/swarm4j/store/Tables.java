package io.swarm4j.store;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.ClusterId;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigId;
import io.swarm4j.model.Id;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import java.util.List;

/**
 * All tables and indexes of one state, immutable and sharing structure with their neighbours.
 *
 * @param slots service -> slot -> ids of its tasks
 * @param onNode node -> ids of the tasks assigned to it
 * @param names kind and lower-case name -> id
 */
record Tables(
    long revision,
    Cluster cluster,
    PersistentMap<TaskId, Task> tasks,
    PersistentMap<ServiceId, Service> services,
    PersistentMap<NodeId, Node> nodes,
    PersistentMap<NetworkId, Network> networks,
    PersistentMap<SecretId, Secret> secrets,
    PersistentMap<ConfigId, Config> configs,
    PersistentMap<ServiceId, PersistentMap<SlotKey, List<TaskId>>> slots,
    PersistentMap<NodeId, PersistentSet<TaskId>> onNode,
    PersistentMap<Name, Id> names) {

  static final Tables EMPTY =
      new Tables(
          0,
          new Cluster(new ClusterId(0, 0), Meta.NEW, ClusterSpec.DEFAULT),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty());

  /** Key of the name index. */
  record Name(Kind kind, String lowerCase) {

    enum Kind {
      SERVICE,
      NETWORK,
      SECRET,
      CONFIG
    }

    static Name of(Kind kind, String name) {
      return new Name(kind, name.toLowerCase(java.util.Locale.ROOT));
    }

    /**
     * Not the record's own, which would take the enum's identity hash and so differ from run to
     * run.
     */
    @Override
    public int hashCode() {
      return lowerCase.hashCode() * 31 + kind.ordinal();
    }
  }
}
