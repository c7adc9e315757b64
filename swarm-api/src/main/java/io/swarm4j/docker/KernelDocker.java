package io.swarm4j.docker;

import io.swarm4j.NodeNetwork;
import io.swarm4j.NodeOptions;
import io.swarm4j.PortProblem;
import io.swarm4j.RuntimeFactory;
import io.swarm4j.agent.Runtime;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dataplane.kernel.KernelPlane;
import io.swarm4j.network.dataplane.kernel.NetworkNamespace;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.View;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Containers of a Docker Engine on overlays that the Linux kernel carries: runtime and data plane
 * of one node. Needs root on the engine's own machine.
 *
 * <pre>{@code
 * Swarm.builder().runtime("m1", KernelDocker.on(EngineAddress.LOCAL, Ip.parse("192.168.0.1")))
 * }</pre>
 *
 * <p>A node that was halted can join again with the same object: it takes over the containers, and
 * brings what it finds in the kernel up to date.
 */
public final class KernelDocker implements RuntimeFactory, NodeNetwork {
  private final EngineAddress engine;
  private final Ip address;
  private final NetworkNamespace namespace;
  private final Runnable enter;
  private volatile @Nullable KernelLife life;

  private KernelDocker(
      EngineAddress engine, Ip address, NetworkNamespace namespace, Runnable enter) {
    this.engine = engine;
    this.address = address;
    this.namespace = namespace;
    this.enter = enter;
  }

  /**
   * On this machine.
   *
   * @param address the machine's address on the network between the nodes
   */
  public static KernelDocker on(EngineAddress engine, Ip address) {
    return new KernelDocker(engine, address, NetworkNamespace.OWN, () -> {});
  }

  /**
   * On an engine that lives in a network namespace of its own.
   *
   * @param enter takes the calling thread into that namespace
   */
  public static KernelDocker in(
      NetworkNamespace namespace, Runnable enter, EngineAddress engine, Ip address) {
    return new KernelDocker(engine, address, namespace, enter);
  }

  @Override
  public Runtime create(NodeOptions options, Time time, Loop agentLoop) {
    KernelLife begun = new KernelLife(engine, address, namespace, enter, options, time);
    life = begun;
    return new ClosingRuntime(begun.runtime(), begun::leave);
  }

  /**
   * Lets go of the engine and of the kernel, as the death of this process would: containers run on,
   * and traffic goes on to whom it went. Whatever ends the node later finds nothing to end.
   */
  public void detach() {
    KernelLife open = life;
    if (open != null) {
      open.detach();
    }
  }

  @Override
  public NodeNetwork network() {
    return this;
  }

  @Override
  public String address() {
    return address.toString();
  }

  @Override
  public List<Fault> unsupported(NetworkSpec spec) {
    return begun().unsupported(spec);
  }

  @Override
  public List<Subnet> hostRoutes() {
    return KernelPlane.hostRoutes(namespace);
  }

  @Override
  public void begin(NodeId id, Supplier<View> states, ChangeFeed feed) {
    begun().begin(id, states, feed);
  }

  @Override
  public CompletionStage<List<Difference>> diagnose(boolean repair) {
    return begun().diagnose(repair);
  }

  @Override
  public List<PortProblem> portProblems() {
    return begun().portProblems();
  }

  @Override
  public long appliedRevision() {
    return begun().appliedRevision();
  }

  @Override
  public CompletionStage<Void> inForce(long revision) {
    return begun().inForce(revision);
  }

  private KernelLife begun() {
    KernelLife present = life;
    if (present == null) {
      throw new IllegalStateException("the runtime comes first");
    }
    return present;
  }
}
