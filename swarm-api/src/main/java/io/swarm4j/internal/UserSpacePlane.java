package io.swarm4j.internal;

import io.swarm4j.Diagnosis;
import io.swarm4j.PortProblem;
import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dns.Discovery;
import io.swarm4j.network.endpoint.EndpointTable;
import io.swarm4j.network.lb.Applied;
import io.swarm4j.network.lb.Balancer;
import io.swarm4j.network.lb.BalancerConfig;
import io.swarm4j.network.lb.Frontend;
import io.swarm4j.network.lb.Serving;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.Store;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data plane of a swarm in one JVM: a balancer behind the published ports of all its nodes and
 * behind all virtual addresses, kept in step with the committed state.
 *
 * <p>Changes that arrive while a configuration is being applied go together into the next one. Runs
 * on a loop of its own.
 */
final class UserSpacePlane implements EndpointGate, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UserSpacePlane.class);

  /** How long the stop of a task waits for a withdrawal that does not come about. */
  private static final Duration WITHDRAWAL_LEASE = Duration.ofSeconds(5);

  /** How soon ports that others held are tried again. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private static final long CLOSE_SECONDS = 5;

  private final String name;
  private final Loop loop;
  private final boolean localhost;
  private final EndpointTable endpoints;
  private final NamePlane names;
  private final List<Waiting> waiting = new ArrayList<>();

  /** Tasks with connections that did not drain in time. */
  private final Set<TaskId> lingering = new HashSet<>();

  private final List<Spectator> spectators = new ArrayList<>();
  private @Nullable Balancer balancer;
  private volatile View view;
  private boolean dirty = true;
  private boolean applying;
  private volatile long applied;
  private volatile List<PortProblem> problems = List.of();
  private boolean retrying;
  private volatile boolean closed;

  private record Spectator(long revision, CompletableFuture<@Nullable Void> done) {}

  private record Waiting(Task task, long revision, CompletableFuture<Void> done) {}

  UserSpacePlane(String name, Loop loop, boolean localhost, View start, NamePlane names) {
    this.name = name;
    this.loop = loop;
    this.localhost = localhost;
    this.view = start;
    this.names = names;
    this.endpoints = EndpointTable.of(start);
  }

  /** Starts a plane that keeps in step with what {@code store} commits. */
  static UserSpacePlane following(
      Store store, String name, Time time, boolean localhost, Discovery discovery) {
    Loop loop = time.newLoop("swarm-" + name + "-network");
    View start = store.view();
    NamePlane names = new NamePlane(name, loop, Chance.secure(), discovery);
    UserSpacePlane plane = new UserSpacePlane(name, loop, localhost, start, names);
    loop.execute(() -> plane.reset(start));
    plane.followFrom(store, start);
    return plane;
  }

  private void followFrom(Store store, View start) {
    store
        .feed()
        .watch(
            start.revision(),
            change -> true,
            loop,
            listener(
                () -> {
                  View now = store.view();
                  reset(now);
                  followFrom(store, now);
                }));
  }

  /** Follows a manager's commits; calls arrive on the plane's loop. */
  private ChangeFeed.Listener listener(Runnable onLost) {
    return new ChangeFeed.Listener() {
      @Override
      public void changed(Commit commit, List<Change> changes) {
        follow(commit);
      }

      @Override
      public void lost(long revision) {
        onLost.run();
      }
    };
  }

  /** Starts afresh from a state. Loop only. */
  void reset(View state) {
    view = state;
    endpoints.reset(state);
    names.reset(state);
    dirty = true;
    apply();
  }

  private void follow(Commit commit) {
    view = commit.after();
    names.follow(commit);
    dirty |= !endpoints.apply(commit.changes(), view).isEmpty();
    for (Change change : commit.changes()) {
      dirty |= change.latest() instanceof Node && opensElsewhere(change);
      if (change.latest() instanceof Task task) {
        cutIfEnded(task.id());
      }
    }
    apply();
  }

  private static boolean opensElsewhere(Change change) {
    return !(change.before() instanceof Node before
        && change.after() instanceof Node after
        && FrontendPlan.address(before).equals(FrontendPlan.address(after)));
  }

  private void apply() {
    if (applying || closed) {
      return;
    }
    if (!dirty) {
      inForce(view.revision(), problems);
      return;
    }
    dirty = false;
    List<Frontend> frontends = FrontendPlan.of(view, endpoints, localhost);
    if (frontends.isEmpty() && balancer == null) {
      Applied nothing = new Applied(view.revision(), List.of(), List.of());
      inForce(view.revision(), FrontendPlan.problems(nothing, view, endpoints));
      return;
    }
    if (balancer == null) {
      balancer = Balancer.builder(name).build();
    }
    applying = true;
    long revision = view.revision();
    balancer
        .apply(new BalancerConfig(revision, frontends))
        .whenComplete(
            (result, failure) ->
                loop.execute(
                    () -> {
                      applying = false;
                      if (failure == null) {
                        inForce(revision, FrontendPlan.problems(result, view, endpoints));
                      } else if (!closed) {
                        LOG.error("the balancer did not take revision {}", revision, failure);
                      }
                      apply();
                    }));
  }

  private void retry() {
    retrying = false;
    if (!problems.isEmpty()) {
      dirty = true;
      apply();
    }
  }

  private void inForce(long revision, List<PortProblem> newProblems) {
    if (!newProblems.equals(problems)) {
      newProblems.forEach(
          problem -> LOG.warn("a published port is not open everywhere: {}", problem));
      problems = newProblems;
    }
    if (!newProblems.isEmpty() && !retrying) {
      retrying = true;
      loop.schedule(RETRY, this::retry);
    }
    applied = revision;
    spectators.removeIf(
        spectator -> {
          if (spectator.revision() > revision) {
            return false;
          }
          spectator.done().complete(null);
          return true;
        });
    for (int i = 0; i < waiting.size(); i++) {
      if (waiting.get(i).revision() <= revision) {
        drain(waiting.remove(i--));
      }
    }
  }

  private void drain(Waiting withdrawn) {
    if (balancer == null) {
      withdrawn.done().complete(null);
      return;
    }
    TaskId task = withdrawn.task().id();
    balancer
        .drained(
            task.toString(), FrontendPlan.balancing(view, withdrawn.task().serviceId()).drain())
        .whenComplete(
            (drained, failure) ->
                loop.execute(
                    () -> {
                      if (!Boolean.TRUE.equals(drained)) {
                        lingering.add(task);
                        cutIfEnded(task);
                      }
                      withdrawn.done().complete(null);
                    }));
  }

  /**
   * What has not drained in time goes on until the task has ended: told to stop, its program can
   * still tell clients on kept connections to go elsewhere.
   */
  private void cutIfEnded(TaskId id) {
    Task task = view.task(id);
    if ((task == null || task.state().isTerminal()) && lingering.remove(id) && balancer != null) {
      balancer.cut(id.toString());
    }
  }

  @Override
  public CompletionStage<Void> withdrawn(Task task, long revision) {
    if (closed || task.attachments().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          Waiting entry = new Waiting(task, revision, done);
          if (closed) {
            done.complete(null);
          } else if (revision <= applied) {
            drain(entry);
          } else {
            waiting.add(entry);
            loop.schedule(
                WITHDRAWAL_LEASE,
                () -> {
                  if (waiting.remove(entry)) {
                    LOG.warn(
                        "task {} is stopped though its withdrawal was not confirmed", task.id());
                    done.complete(null);
                  }
                });
          }
        });
    return done;
  }

  /** Completes once a revision is in force, or the lease for that is over. Any thread. */
  CompletionStage<@Nullable Void> inForce(long revision) {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    if (revision <= applied || closed) {
      done.complete(null);
      return done;
    }
    loop.execute(
        () -> {
          if (revision <= applied || closed) {
            done.complete(null);
          } else {
            spectators.add(new Spectator(revision, done));
            loop.schedule(WITHDRAWAL_LEASE, () -> done.complete(null));
          }
        });
    return done;
  }

  /**
   * Compares what runs with what the state intends, computed afresh. Any thread.
   *
   * @param repair whether to put that in place
   */
  CompletionStage<Diagnosis> diagnose(boolean repair) {
    return CompletableFuture.supplyAsync(this::examine, loop)
        .thenCompose(examined -> examined)
        .thenComposeAsync(
            found -> {
              if (!repair || found.isHealthy()) {
                return CompletableFuture.completedFuture(found);
              }
              reset(view);
              return inForce(view.revision()).thenApply(done -> found);
            },
            loop);
  }

  private CompletionStage<Diagnosis> examine() {
    if (applying && !closed) {
      return inForce(view.revision()).thenComposeAsync(reached -> examine(), loop);
    }
    if (!names.settled().isDone() && !closed) {
      return names.settled().thenComposeAsync(settled -> examine(), loop);
    }
    View intended = view;
    long reported = applied;
    return differences(intended)
        .thenApply(found -> new Diagnosis(name, intended.revision(), reported, found, ""));
  }

  private CompletionStage<List<Difference>> differences(View intended) {
    List<Difference> found = new ArrayList<>(names.differences(intended));
    List<Frontend> frontends = FrontendPlan.of(intended, EndpointTable.of(intended), localhost);
    CompletionStage<List<Serving>> serving =
        balancer == null ? CompletableFuture.completedFuture(List.of()) : balancer.serving();
    return serving.thenApply(
        open -> {
          found.addAll(FrontendPlan.differences(frontends, open));
          return found;
        });
  }

  /** Published ports that could not be opened. Any thread. */
  List<PortProblem> problems() {
    return problems;
  }

  /** Where the names of each network are answered. Any thread. */
  Map<NetworkId, InetSocketAddress> nameServers() {
    return names.open();
  }

  /** The revision in force. Any thread. */
  long appliedRevision() {
    return applied;
  }

  /**
   * Closes all listeners and connections; a stop that waits for a withdrawal goes ahead. Not on the
   * plane's loop.
   */
  @Override
  public void close() {
    closed = true;
    CompletableFuture<@Nullable Balancer> last = new CompletableFuture<>();
    loop.execute(
        () -> {
          waiting.forEach(entry -> entry.done().complete(null));
          waiting.clear();
          spectators.forEach(spectator -> spectator.done().complete(null));
          names.close();
          last.complete(balancer);
        });
    try {
      Balancer open = last.get(CLOSE_SECONDS, TimeUnit.SECONDS);
      if (open != null) {
        open.close();
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException stuck) {
      LOG.warn("the data plane of {} did not end in good order", name, stuck);
    } finally {
      loop.close();
    }
  }
}
