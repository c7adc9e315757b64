package io.swarm4j.time;

import io.swarm4j.model.ClusterId;
import io.swarm4j.model.ConfigId;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.SecretId;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.TaskId;

/**
 * Makes new ids; as deterministic, and as little thread-safe, as the chance that it draws from.
 *
 * <p>All bits of an id are random, but for those of tasks: tasks made one after the other share
 * bits, as {@link TaskId} tells.
 */
public final class Ids {
  private final Chance chance;
  private long batch;
  private int inBatch;

  public Ids(Chance chance) {
    this.chance = chance;
  }

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
    if (inBatch == 0) {
      batch = chance.nextLong() & ~TaskId.BATCH_MASK;
    }
    long lo = chance.nextLong() << Integer.SIZE | (int) batch & 0xFFFF_FFFFL | inBatch;
    inBatch = inBatch + 1 & TaskId.BATCH_MASK;
    return new TaskId(chance.nextLong(), lo);
  }
}
