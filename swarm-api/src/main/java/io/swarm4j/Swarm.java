package io.swarm4j;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmImages;
import io.swarm4j.event.AuditReport;
import io.swarm4j.event.AuditTrail;
import io.swarm4j.event.SwarmEvent;
import io.swarm4j.internal.Engine;
import io.swarm4j.internal.EngineOptions;
import io.swarm4j.internal.Host;
import io.swarm4j.model.Check;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Subnet;
import io.swarm4j.scheduler.PlacementOptions;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.View;
import io.swarm4j.stream.AccessPolicy;
import io.swarm4j.time.RealTime;
import io.swarm4j.time.Time;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A swarm in this JVM: managers that keep services at what their specs say, and nodes that run
 * their tasks.
 *
 * <pre>{@code
 * try (Swarm swarm = Swarm.builder().managers(1).workers(2).image("hello", task -> task.awaitStop()).start()) {
 *   swarm.services().create(ServiceSpec.of("web", "hello").withReplicas(3));
 *   swarm.services().await("web", Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>Thread-safe. Several swarms may live in one JVM. A swarm is a guest: it installs no hooks or
 * handlers, its threads are named daemons, and {@link #close()} leaves nothing behind.
 */
public final class Swarm implements AutoCloseable {
  private final Host engine;

  private Swarm(Host engine) {
    this.engine = engine;
  }

  /** The facade on a host that this library's other packages have made; not for users. */
  public static Swarm on(Host host) {
    return new Swarm(host);
  }

  /** Starts to describe a swarm; one manager and no workers unless said otherwise. */
  public static Builder builder() {
    return new Builder();
  }

  /** The name given to the builder; threads carry it. */
  public String name() {
    return engine.options().name();
  }

  public Services services() {
    return engine.services();
  }

  public Nodes nodes() {
    return engine.nodes();
  }

  public Tasks tasks() {
    return engine.tasks();
  }

  public Jobs jobs() {
    return engine.jobs();
  }

  public Networks networks() {
    return engine.networks();
  }

  public Secrets secrets() {
    return engine.secrets();
  }

  public Configs configs() {
    return engine.configs();
  }

  public Stacks stacks() {
    return engine.stacks();
  }

  /** Who reached into which task through this object: commands, connections, refusals. */
  public AuditTrail audit() {
    return engine.audit();
  }

  /**
   * The same through all managers, be they other processes. Whoever does not answer is named.
   *
   * @param limit how long to wait for their answers
   */
  public AuditReport auditReport(Duration limit) {
    return engine.auditReport(limit);
  }

  /** See {@link #auditReport}. */
  public CompletionStage<AuditReport> auditReportAsync(Duration limit) {
    return engine.auditReportAsync(limit);
  }

  /** Who knows which image a tag stands for. */
  public ImageResolver imageResolver() {
    return engine.options().registry();
  }

  /** Compares what carries the traffic with what it shall be. */
  public Doctor doctor() {
    return engine.doctor();
  }

  /** Where the swarm gets its time, threads and chance from. */
  public Time time() {
    return engine.options().time();
  }

  /**
   * Replaces the swarm's settings, if they are still at the version that the caller has seen.
   *
   * @param version {@code view().cluster().meta().version()} of what was read
   */
  public CompletionStage<Cluster> updateAsync(long version, ClusterSpec spec) {
    return engine.updateCluster(version, spec);
  }

  /**
   * The same, done when it returns.
   *
   * @throws io.swarm4j.model.UnavailableException if no manager does it in time
   */
  public Cluster update(long version, ClusterSpec spec) {
    return engine.join(updateAsync(version, spec));
  }

  /** The newest committed state; costs nothing, never changes. */
  public View view() {
    return engine.view();
  }

  /**
   * Watches committed changes.
   *
   * @param after the revision that the caller has seen, usually that of {@link #view()}
   * @param filter which changes are wanted
   * @param listener called in order on a thread of the swarm; a slow one holds up nobody but other
   *     watchers
   * @return ends the watch
   */
  public AutoCloseable watch(long after, Predicate<Change> filter, ChangeFeed.Listener listener) {
    return engine.watch(after, filter, listener);
  }

  /**
   * Watches what happens from now on.
   *
   * @param listener called in order on a thread of the swarm
   * @return ends the watch
   */
  public AutoCloseable watch(Consumer<SwarmEvent> listener) {
    return engine.watch(listener);
  }

  /**
   * Waits until the committed state satisfies a condition.
   *
   * @return whether it did in time
   */
  public boolean await(Predicate<View> condition, Duration timeout) {
    return engine.await(condition, timeout);
  }

  /** Twin of {@link #await}. */
  public CompletionStage<Boolean> awaitAsync(Predicate<View> condition, Duration timeout) {
    return engine.awaitAsync(condition, timeout);
  }

  /** Addresses at which a node's published ports answer, by host name of the node. */
  public Map<String, String> nodeAddresses() {
    return engine.nodeAddresses();
  }

  /**
   * Where a name server answers for each network in use, by name of the network: port 53 of the
   * network's gateway address, or 10053 where that takes a privilege. A program that asks from the
   * address of a task sees the names on all networks of that task.
   */
  public Map<String, InetSocketAddress> nameServers() {
    return engine.nameServers();
  }

  /**
   * Published ports that are not open where they shall be, with the node and why; empty when all is
   * well. {@link Services#health} tells those of one service.
   */
  public List<PortProblem> portProblems() {
    return engine.portProblems();
  }

  /**
   * Ends all tasks, nodes and managers. Idempotent, bounded in time; leaves no thread, timer, port
   * or process.
   */
  @Override
  public void close() {
    engine.close();
  }

  /** Describes a swarm. Not thread-safe. */
  public static final class Builder {
    private static final int BLOCK_PREFIX = 16;

    private String name = "swarm";
    private int managers = 1;
    private int workers;
    private final List<NodeOptions> extraNodes = new ArrayList<>();
    private final JvmImages.Builder images = JvmImages.builder();
    private @Nullable RuntimeFactory runtime;
    private final Map<String, RuntimeFactory> runtimeOf = new LinkedHashMap<>();
    private Time time = new RealTime();
    private ClusterSpec cluster = ClusterSpec.DEFAULT;
    private PlacementOptions placement = PlacementOptions.DEFAULT;
    private @Nullable Path dataDirectory;
    private boolean network = true;
    private boolean localhost;
    private @Nullable Subnet block;
    private Duration startTimeout = Duration.ofSeconds(30);
    private AccessPolicy access = AccessPolicy.OPEN;
    private ImageResolver registry = ImageResolver.NONE;

    private Builder() {}

    /** Name of the swarm, carried by its threads. */
    public Builder name(String newName) {
      name = newName;
      return this;
    }

    /** Number of manager nodes, named m1, m2, …; they run tasks, too. */
    public Builder managers(int count) {
      managers = count;
      return this;
    }

    /** Number of worker nodes, named w1, w2, …. */
    public Builder workers(int count) {
      workers = count;
      return this;
    }

    /** One more node, with name, role and labels of its own. */
    public Builder node(NodeOptions node) {
      extraNodes.add(node);
      return this;
    }

    /** Registers Java code under an image name. */
    public Builder image(String image, JvmImage code) {
      images.image(image, code);
      return this;
    }

    /** Registers Java code under an image name, with ports, health check and commands. */
    public Builder image(String image, JvmImage code, Consumer<JvmImages.ImageBuilder> more) {
      images.image(image, code, more);
      return this;
    }

    /** Registers images that were put together before. */
    public Builder images(JvmImages more) {
      images.images(more);
      return this;
    }

    /** What runs tasks on every node; Java code registered by {@link #image} unless set. */
    public Builder runtime(RuntimeFactory factory) {
      runtime = factory;
      return this;
    }

    /** What runs tasks on one node, so that runtimes can be mixed. */
    public Builder runtime(String node, RuntimeFactory factory) {
      runtimeOf.put(node, factory);
      return this;
    }

    /** Source of time, threads and chance; real time unless set. */
    public Builder time(Time newTime) {
      time = newTime;
      return this;
    }

    /** Settings of the swarm, in force when its state is first made. */
    public Builder cluster(ClusterSpec spec) {
      cluster = spec;
      return this;
    }

    /** How tasks are placed: strategy, user filters and scorers. */
    public Builder placement(PlacementOptions options) {
      placement = options;
      return this;
    }

    /**
     * Where the state is kept; in memory only unless set. With several managers each has a folder
     * of its own there, its log is replicated by Raft, and what is on disk is encrypted.
     */
    public Builder dataDirectory(Path directory) {
      dataDirectory = directory;
      return this;
    }

    /**
     * Whether tasks get addresses, and services balanced ports, on the loopback network; true
     * unless set. Virtual time has none.
     */
    public Builder network(boolean enabled) {
      network = enabled;
      return this;
    }

    /**
     * Addresses for nodes, services and tasks in place of a block of the loopback network, where
     * tasks live on other machines or in containers: a subnet {@code /16} that this machine takes
     * as its own ({@code ip route add local 10.164.0.0/16 dev lo}) and that is routed here from
     * wherever tasks run.
     */
    public Builder addresses(Subnet newBlock) {
      block = newBlock;
      return this;
    }

    /** Whether published ports are also opened on 127.0.0.1, beside each node's own address. */
    public Builder publishOnLocalhost(boolean enabled) {
      localhost = enabled;
      return this;
    }

    /** Who may run commands in tasks and attach to them; everybody unless set. */
    public Builder access(AccessPolicy policy) {
      access = policy;
      return this;
    }

    /**
     * Who knows which image a tag stands for: specs are stored with its digest, so that all tasks
     * run the same image. Nobody unless set; not closed with the swarm.
     */
    public Builder imageResolver(ImageResolver resolver) {
      registry = resolver;
      return this;
    }

    /** How long {@link #start} may take until all nodes are ready. */
    public Builder startTimeout(Duration timeout) {
      startTimeout = timeout;
      return this;
    }

    /**
     * Starts the swarm; returns when it leads and all nodes are ready. If that fails, all that was
     * started is closed again.
     */
    public Swarm start() {
      List<NodeOptions> nodes = new ArrayList<>();
      for (int i = 1; i <= managers; i++) {
        nodes.add(NodeOptions.manager("m" + i));
      }
      for (int i = 1; i <= workers; i++) {
        nodes.add(NodeOptions.worker("w" + i));
      }
      nodes.addAll(extraNodes);
      Check check = Check.of("Swarm");
      check
          .that(!name.isBlank(), Fault.Code.MISSING, "name", name, "a name")
          .that(workers >= 0, "workers", workers, "0 or more")
          .that(
              nodes.stream().anyMatch(node -> node.role() == NodeRole.MANAGER),
              "managers",
              managers,
              "at least one manager")
          .unique(nodes, NodeOptions::name, "nodes")
          .duration(startTimeout, "startTimeout")
          .that(
              block == null || (block.address().isV4() && block.prefix() == BLOCK_PREFIX),
              "addresses",
              block,
              "a subnet /16 of IPv4")
          .orThrow();
      return new Swarm(
          Engine.start(
              EngineOptions.named(name, time)
                  .nodes(nodes)
                  .images(images.build())
                  .runtime(runtime)
                  .runtimeOf(runtimeOf)
                  .cluster(cluster)
                  .placement(placement)
                  .dataDirectory(dataDirectory)
                  .network(network && time instanceof RealTime)
                  .localhost(localhost)
                  .block(block)
                  .startTimeout(startTimeout)
                  .access(access)
                  .registry(registry)
                  .build()));
    }
  }
}
