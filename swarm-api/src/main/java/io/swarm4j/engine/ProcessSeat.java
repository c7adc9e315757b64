package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.model.Check;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.EntryOptions;
import io.swarm4j.node.NewSecrets;
import io.swarm4j.node.SwarmNode;
import io.swarm4j.time.Time;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The place of a node that is a process of its own. */
record ProcessSeat(SwarmNode node) implements NodeSeat {

  @Override
  public String hostname() {
    return node.hostname();
  }

  @Override
  public Time time() {
    return node.time();
  }

  @Override
  public Standing standing() {
    return node.isMember()
        ? Standing.ACTIVE
        : node.isLocked() ? Standing.LOCKED : Standing.INACTIVE;
  }

  /** Null on a worker, too: it does not know the swarm's state. */
  @Override
  public @Nullable Swarm swarm() {
    try {
      return node.isMember() ? node.swarm() : null;
    } catch (UnavailableException worker) {
      return null;
    }
  }

  @Override
  public @Nullable Node self() {
    Swarm present = swarm();
    return present == null ? null : present.view().node(node.id());
  }

  @Override
  public String nodeId() {
    return node.identity().map(identity -> identity.node().toString()).orElse("");
  }

  @Override
  public boolean isManager() {
    return node.identity().map(identity -> identity.role() == NodeRole.MANAGER).orElse(false);
  }

  @Override
  public ClusterSpec initialSettings() {
    return node.initialSettings();
  }

  @Override
  public String init(EntryOptions options, ClusterSpec settings) {
    return node.init(options, settings).node().toString();
  }

  @Override
  public void join(String token, List<String> managers, EntryOptions options) {
    Check.of("JoinRequest").that(!managers.isEmpty(), "RemoteAddrs", managers, "one").orThrow();
    node.join(token, managers, null, options);
  }

  @Override
  public void update(long version, ClusterSpec settings, NewSecrets secrets) {
    node.update(version, settings, secrets);
  }

  @Override
  public void leave(boolean force) {
    node.leave(force);
  }

  @Override
  public String joinToken(NodeRole role) {
    return isManager() ? node.joinToken(role) : "";
  }

  @Override
  public String unlockKey() {
    return node.unlockKey().orElse("");
  }

  @Override
  public void unlock(String key) {
    node.unlock(key);
  }
}
