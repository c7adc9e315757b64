package io.swarm4j.internal;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.ManagerStatus;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.raft.RaftMember;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keeps in the store which manager leads and which ones are in reach, as the leader sees it. */
final class ManagerStanding implements Reconciler {
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final Supplier<List<RaftMember>> members;
  private final Function<Node, String> identity;
  private @Nullable Control control;

  /**
   * Makes it.
   *
   * @param members the group of managers; asked on the leader's loop
   * @param identity which member a node is
   */
  ManagerStanding(Supplier<List<RaftMember>> members, Function<Node, String> identity) {
    this.members = members;
    this.identity = identity;
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    look(tx);
  }

  private void look(Transaction tx) {
    update(tx);
    Control present = control;
    if (present != null) {
      present.after(PERIOD, this::look);
    }
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    if (changes.stream().anyMatch(change -> change.after() instanceof Node)) {
      update(tx);
    }
  }

  private void update(Transaction tx) {
    Map<String, RaftMember> byId =
        members.get().stream().collect(Collectors.toMap(RaftMember::id, member -> member));
    for (Node node : tx.nodes()) {
      RaftMember member = byId.get(identity.apply(node));
      if (member != null) {
        ManagerStatus known = node.manager();
        ManagerStatus seen =
            new ManagerStatus(
                member.leader(),
                member.reachable(),
                known == null ? node.status().address() : known.address());
        if (!seen.equals(known)) {
          tx.put(node.withManager(seen));
        }
      }
    }
  }

  @Override
  public void end() {
    control = null;
  }
}
