package io.swarm4j.internal;

import io.swarm4j.Configs;
import io.swarm4j.Diagnosis;
import io.swarm4j.Doctor;
import io.swarm4j.Jobs;
import io.swarm4j.Networks;
import io.swarm4j.NodeOptions;
import io.swarm4j.Nodes;
import io.swarm4j.PortProblem;
import io.swarm4j.Secrets;
import io.swarm4j.Services;
import io.swarm4j.Stacks;
import io.swarm4j.Tasks;
import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.agent.protocol.TaskRequest;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.event.AuditReport;
import io.swarm4j.event.AuditTrail;
import io.swarm4j.event.SwarmEvent;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the facade stands on: a running swarm, be it real or simulated. Thread-safe. */
public abstract class Host implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Host.class);

  private final EngineOptions options;
  private final Waiting waiting;
  private final Reach reach;

  Host(EngineOptions options) {
    this.options = options;
    this.waiting = new Waiting(options.time());
    this.reach =
        new Reach(
            options.name(),
            waiting,
            this::openStream,
            this::view,
            () -> leader().store().feed(),
            options.access(),
            options.audit());
  }

  private NodeStreams.Stream openStream(
      NodeId node, TaskRequest request, long credit, Consumer<FromTask> receiver) {
    return streams().open(node, request, credit, receiver);
  }

  /** The ways that are open now into the tasks of all nodes. */
  NodeStreams streams() {
    return leader().dispatcher().streams();
  }

  /** The manager that leads or, if none does, any. */
  abstract Manager leader();

  /** Where watchers are called. */
  abstract Loop watchLoop();

  /**
   * Starts a node and lets it join; a node of that name that an earlier life of the swarm had keeps
   * its identity.
   */
  abstract CompletionStage<NodeId> startNode(NodeOptions node);

  /** Takes a node of this JVM away, as a power cut would; returns whether there was one. */
  abstract boolean haltNode(NodeId id);

  /** Hands a request to the leader. */
  <T> CompletionStage<T> submit(Function<Transaction, T> request) {
    return leader().control().submit(request);
  }

  /**
   * The probes of a container that no node could answer, as far as all nodes can be asked here;
   * else each task finds out for itself.
   */
  List<Fault> unanswerable(State state, ContainerSpec spec) {
    return List.of();
  }

  /** Decides on services that are created or changed one at a time. */
  Admission admission(State state) {
    return admission(state, List.of());
  }

  /** Decides on services that are created or changed together. */
  Admission admission(State state, Collection<ServiceSpec> together) {
    return new Admission(state, spec -> unanswerable(state, spec), together);
  }

  /** Completes once what is committed now is in force in the data plane, too. */
  CompletionStage<@Nullable Void> networkInForce() {
    return CompletableFuture.completedFuture(null);
  }

  /** Addresses at which published ports answer, by host name. */
  public Map<String, String> nodeAddresses() {
    return Map.of();
  }

  /** Where the names of each network are answered, by name of the network. */
  public Map<String, InetSocketAddress> nameServers() {
    return Map.of();
  }

  /** Ports that could not be opened, and why. */
  public List<PortProblem> portProblems() {
    return List.of();
  }

  /** What networks have to fit into. */
  NetworkSurroundings surroundings() {
    return NetworkSurroundings.NONE;
  }

  /** Compares what carries the traffic with what it shall be. */
  CompletionStage<List<Diagnosis>> diagnose(boolean repair) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public abstract void close();

  public EngineOptions options() {
    return options;
  }

  Waiting waiting() {
    return waiting;
  }

  /** The ways into the swarm's tasks; to be closed with the swarm. */
  Reach reach() {
    return reach;
  }

  public AuditTrail audit() {
    return options.audit();
  }

  /** Twin of {@link #auditReportAsync}. */
  public AuditReport auditReport(Duration limit) {
    return waiting.join(auditReportAsync(limit), limit.plusSeconds(5));
  }

  /**
   * What all managers have on record.
   *
   * @param limit how long to wait for their answers
   */
  public CompletionStage<AuditReport> auditReportAsync(Duration limit) {
    return CompletableFuture.completedFuture(
        new AuditReport(List.of(audit().part(options.name())), List.of()));
  }

  /** Waits for what was asked of the swarm, for a bounded time. */
  public <T> T join(CompletionStage<T> stage) {
    return waiting.join(stage);
  }

  /** New ids; only inside a request, where the leader's loop is the caller. */
  Ids ids() {
    return leader().control().ids();
  }

  /** Replaces the swarm's settings, if they are still at the given version. */
  public CompletionStage<Cluster> updateCluster(long version, ClusterSpec spec) {
    return updateCluster(version, spec, UnaryOperator.identity());
  }

  /** The same together with another change of the swarm: both, or neither. */
  public CompletionStage<Cluster> updateCluster(
      long version, ClusterSpec spec, UnaryOperator<Cluster> change) {
    return submit(
        tx -> {
          Cluster present = tx.cluster();
          if (present.meta().version() != version) {
            throw ConflictException.outOfSequence(
                "cluster", present.spec().name(), version, present.meta().version());
          }
          Cluster next =
              change.apply(spec.equals(present.spec()) ? present : locked(present.withSpec(spec)));
          return next.equals(present) ? present : tx.put(next);
        });
  }

  /**
   * Refuses to promote and demote where that has no effect.
   *
   * @throws ConflictException on an embedded swarm
   */
  void requireChangeOfRoles() {
    throw new ConflictException(
        "nodes of an embedded swarm keep the role that they were started with; nodes that are"
            + " processes are promoted and demoted while they run");
  }

  /**
   * The same with an unlock key if its spec asks for one, and only then.
   *
   * @throws ConflictException where managers are not processes
   */
  Cluster locked(Cluster cluster) {
    if (cluster.spec().autoLock()) {
      throw new ConflictException(
          "autoLock is for managers that are processes of their own: those of an embedded swarm"
              + " start and end with their program");
    }
    return cluster;
  }

  /** The newest committed state. */
  public View view() {
    return leader().store().view();
  }

  /** Watches committed changes on the swarm's own thread for watchers. */
  public AutoCloseable watch(long after, Predicate<Change> filter, ChangeFeed.Listener listener) {
    return leader().store().feed().watch(after, filter, watchLoop(), listener);
  }

  /** Watches what happens from now on. */
  public AutoCloseable watch(Consumer<SwarmEvent> listener) {
    return watch(
        view().revision(),
        change -> true,
        new ChangeFeed.Listener() {
          @Override
          public void changed(Commit commit, List<Change> changes) {
            changes.forEach(change -> listener.accept(SwarmEvent.of(commit, change)));
          }

          @Override
          public void lost(long revision) {
            LOG.warn("a watcher was too slow: it misses what happened after revision {}", revision);
          }
        });
  }

  /** Waits for a condition on the committed state. */
  public boolean await(Predicate<View> condition, Duration timeout) {
    if (options.time() instanceof VirtualTime virtual) {
      return virtual.runUntil(() -> condition.test(view()), timeout);
    }
    return waiting.join(awaitAsync(condition, timeout), timeout.plusSeconds(5));
  }

  /** Completes with whether the condition came to hold in time. */
  public CompletionStage<Boolean> awaitAsync(Predicate<View> condition, Duration timeout) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    View start = view();
    if (condition.test(start)) {
      result.complete(true);
      return result;
    }
    AutoCloseable watch =
        watch(
            start.revision(),
            change -> true,
            new ChangeFeed.Listener() {
              @Override
              public void changed(Commit commit, List<Change> changes) {
                if (!result.isDone() && condition.test(view())) {
                  result.complete(true);
                }
              }

              @Override
              public void lost(long revision) {
                result.complete(condition.test(view()));
              }
            });
    watchLoop().schedule(timeout, () -> result.complete(condition.test(view())));
    result.whenComplete((done, failure) -> closeQuietly(watch));
    return result;
  }

  static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception failed) {
      LOG.warn("{} could not be closed in good order", resource, failed);
    }
  }

  public Services services() {
    return new ServicesApi(this, options.registry());
  }

  public Nodes nodes() {
    return new NodesApi(this);
  }

  public Tasks tasks() {
    return new TasksApi(this);
  }

  public Jobs jobs() {
    return new JobsApi(this);
  }

  public Doctor doctor() {
    return new DoctorApi(this);
  }

  public Networks networks() {
    return new NetworksApi(this);
  }

  public Secrets secrets() {
    return new SecretsApi(this);
  }

  public Configs configs() {
    return new ConfigsApi(this);
  }

  public Stacks stacks() {
    return new StacksApi(this);
  }
}
