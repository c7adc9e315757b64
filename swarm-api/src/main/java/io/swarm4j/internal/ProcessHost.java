package io.swarm4j.internal;

import io.swarm4j.Diagnosis;
import io.swarm4j.NodeOptions;
import io.swarm4j.PortProblem;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.event.AuditReport;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The facade on one manager of many: reads its own copy of the state, and hands writes to the
 * leader, wherever that is.
 */
public final class ProcessHost extends Host {
  private final Manager manager;
  private final Loop watchLoop;
  private final Runtime runtime;
  private final Elsewhere elsewhere;
  private final LeaderNetwork network;

  /** Takes requests to a leader in another process. */
  public interface Elsewhere extends AutoCloseable {

    /**
     * Runs a request on the newest state and has the leader commit what it did.
     *
     * @return what the request returned, objects as they are stored now
     */
    <T> CompletionStage<T> submit(Function<Transaction, T> request);

    /** Ways into the tasks of the nodes, which have their sessions with the leader. */
    NodeStreams streams();

    /**
     * What managers have on record.
     *
     * @param limit how long to wait for their answers
     */
    CompletionStage<AuditReport> auditReport(Collection<Node> managers, Duration limit);

    @Override
    void close();
  }

  /**
   * Stands on {@code manager}.
   *
   * @param runtime of the manager's own node
   * @param elsewhere for requests while another manager leads
   */
  public ProcessHost(
      EngineOptions options,
      Manager manager,
      Loop watchLoop,
      Runtime runtime,
      Elsewhere elsewhere,
      LeaderNetwork network) {
    super(options);
    this.manager = manager;
    this.watchLoop = watchLoop;
    this.runtime = runtime;
    this.elsewhere = elsewhere;
    this.network = network;
  }

  @Override
  Manager leader() {
    return manager;
  }

  @Override
  Loop watchLoop() {
    return watchLoop;
  }

  @Override
  public <T> CompletionStage<T> submit(Function<Transaction, T> request) {
    return manager.isLeading() ? super.submit(request) : elsewhere.submit(request);
  }

  /** Of other nodes nobody knows here what commands they have. */
  @Override
  List<Fault> unanswerable(State state, ContainerSpec spec) {
    return state.nodes().size() == 1 ? runtime.unanswerable(spec) : List.of();
  }

  @Override
  NodeStreams streams() {
    return manager.isLeading() ? super.streams() : elsewhere.streams();
  }

  @Override
  public CompletionStage<AuditReport> auditReportAsync(Duration limit) {
    List<Node> managers =
        view().nodes().stream().filter(node -> node.role() == Node.NodeRole.MANAGER).toList();
    return elsewhere.auditReport(managers, limit);
  }

  @Override
  void requireChangeOfRoles() {
    // each node gets a certificate for its new role
  }

  @Override
  public Cluster locked(Cluster cluster) {
    if (cluster.spec().autoLock() == (cluster.unlockKey() != null)) {
      return cluster;
    }
    return cluster.withUnlockKey(
        cluster.spec().autoLock() ? UnlockKey.create(Chance.secure()).payload() : null);
  }

  /** Waits for a stage that the swarm completes soon. */
  @Override
  public <T> T join(CompletionStage<T> stage) {
    return super.join(stage);
  }

  @Override
  CompletionStage<NodeId> startNode(NodeOptions node) {
    return CompletableFuture.failedFuture(
        new ConflictException(
            "nodes of this swarm are processes: start one, and let it join with a token"));
  }

  @Override
  boolean haltNode(NodeId id) {
    return false; // a process is halted from outside
  }

  @Override
  CompletionStage<@Nullable Void> networkInForce() {
    return network.inForce(view().revision());
  }

  @Override
  CompletionStage<List<Diagnosis>> diagnose(boolean repair) {
    return network.diagnose(repair);
  }

  @Override
  public List<PortProblem> portProblems() {
    return network.problems();
  }

  /** Ends what was opened through the facade; the node owns all else. */
  @Override
  public void close() {
    closeQuietly(reach());
    elsewhere.close();
  }
}
