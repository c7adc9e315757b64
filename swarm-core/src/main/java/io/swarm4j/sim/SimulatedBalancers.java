package io.swarm4j.sim;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.View;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The balancers of all machines, each of which follows the leader's state a little late.
 *
 * <p>A balancer that the leader can not reach goes on with what it knew until its lease runs out,
 * then it serves nobody. A task may be stopped once every balancer has withdrawn it, or has lost
 * its lease.
 */
final class SimulatedBalancers {
  /** Time after which a balancer that is out of touch with the leader must stop to serve. */
  static final Duration LEASE = Duration.ofSeconds(15);

  private final SimulatedNetwork network;
  private final Loop loop;
  private final Predicate<String> isUp;
  private final Map<String, Balancer> balancers = new LinkedHashMap<>();
  private final List<Withdrawal> waiting = new ArrayList<>();
  private @Nullable String source;
  private View newest = View.EMPTY;
  private boolean broadcastPlanned;

  private static final class Balancer {
    private View seen = View.EMPTY;
    private boolean inTouch = true;
    private boolean expired;
    private Timer expiry = Timer.NONE;
  }

  private record Withdrawal(TaskId task, long revision, CompletableFuture<Void> done) {}

  SimulatedBalancers(SimulatedNetwork network, Loop loop, Predicate<String> isUp) {
    this.network = network;
    this.loop = loop;
    this.isUp = isUp;
    network.onChange(this::review);
  }

  void add(String machine) {
    balancers.putIfAbsent(machine, new Balancer());
  }

  void remove(String machine) {
    Balancer gone = balancers.remove(machine);
    if (gone != null) {
      gone.expiry.cancel();
      settle();
    }
  }

  /** A machine's balancer starts with nothing. */
  void restarted(String machine) {
    remove(machine);
    add(machine);
    review();
  }

  /** The leader, as far as it knows itself, has committed something. */
  void committed(String leader, View view) {
    if (!leader.equals(source)) {
      if (view.revision() < newest.revision()) {
        return; // one that does not know yet that it was replaced
      }
      source = leader;
      review();
    }
    newest = view;
    planBroadcast();
  }

  private void planBroadcast() {
    String from = source;
    if (!broadcastPlanned && from != null) {
      broadcastPlanned = true;
      Duration delay = balancers.isEmpty() ? Duration.ZERO : network.latency(from, "");
      loop.schedule(delay, this::broadcast);
    }
  }

  private void broadcast() {
    broadcastPlanned = false;
    balancers.forEach(
        (machine, balancer) -> {
          if (balancer.inTouch && balancer.seen.revision() < newest.revision()) {
            balancer.seen = newest;
          }
        });
    settle();
  }

  /** Looks who is in touch with the leader. */
  void review() {
    String from = source;
    if (from == null) {
      return;
    }
    balancers.forEach(
        (machine, balancer) -> {
          boolean inTouch = isUp.test(machine) && network.connects(from, machine);
          if (inTouch && !balancer.inTouch) {
            balancer.expiry.cancel();
            balancer.expired = false;
            balancer.seen = View.EMPTY; // serves again once it has heard the present state
          } else if (!inTouch && balancer.inTouch) {
            balancer.expiry = loop.schedule(LEASE, () -> expire(balancer));
          }
          balancer.inTouch = inTouch;
        });
    planBroadcast();
    settle();
  }

  private void expire(Balancer balancer) {
    balancer.expired = true;
    settle();
  }

  private void settle() {
    if (!waiting.isEmpty()) {
      for (Withdrawal withdrawal : List.copyOf(waiting)) {
        if (isWithdrawn(withdrawal.revision)) {
          waiting.remove(withdrawal);
          withdrawal.done.complete(null);
        }
      }
    }
  }

  private boolean isWithdrawn(long revision) {
    for (Map.Entry<String, Balancer> entry : balancers.entrySet()) {
      Balancer balancer = entry.getValue();
      if (!balancer.expired
          && isUp.test(entry.getKey())
          && balancer.seen.revision() < revision
          && balancer.seen != View.EMPTY) {
        return false;
      }
    }
    return true;
  }

  /** The gate of every manager's dispatcher. */
  EndpointGate gate() {
    return (task, revision) -> {
      if (task.state() != TaskState.RUNNING || isWithdrawn(revision)) {
        return CompletableFuture.completedFuture(null);
      }
      Withdrawal withdrawal = new Withdrawal(task.id(), revision, new CompletableFuture<>());
      waiting.add(withdrawal);
      return withdrawal.done;
    };
  }

  /** The machines whose balancer gives a task new connections. */
  List<String> serving(TaskId task) {
    List<String> serving = new ArrayList<>();
    balancers.forEach(
        (machine, balancer) -> {
          Task known = balancer.expired ? null : balancer.seen.task(task);
          if (known != null
              && known.isDesiredAlive()
              && known.state() == TaskState.RUNNING
              && isUp.test(machine)) {
            serving.add(machine);
          }
        });
    return serving;
  }
}
