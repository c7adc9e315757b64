package io.swarm4j.time;

import io.swarm4j.model.ClusterId;
import io.swarm4j.model.ConfigId;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.SecretId;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.TaskId;

/** Makes new ids; as deterministic, and as little thread-safe, as the chance that it draws from. */
public record Ids(Chance chance) {

  public ClusterId cluster() {
    return new ClusterId(chance.nextLong(), chance.nextLong());
  }

  public ConfigId config() {
    return new ConfigId(chance.nextLong(), chance.nextLong());
  }

  public NetworkId network() {
    return new NetworkId(chance.nextLong(), chance.nextLong());
  }

  public NodeId node() {
    return new NodeId(chance.nextLong(), chance.nextLong());
  }

  public SecretId secret() {
    return new SecretId(chance.nextLong(), chance.nextLong());
  }

  public ServiceId service() {
    return new ServiceId(chance.nextLong(), chance.nextLong());
  }

  public TaskId task() {
    return new TaskId(chance.nextLong(), chance.nextLong());
  }
}
