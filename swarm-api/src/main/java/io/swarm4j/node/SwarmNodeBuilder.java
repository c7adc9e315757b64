package io.swarm4j.node;

import io.swarm4j.RuntimeFactory;
import io.swarm4j.agent.HostFacts;
import io.swarm4j.agent.jvm.JvmImages;
import io.swarm4j.agent.jvm.JvmRuntime;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.SwarmException;
import io.swarm4j.raft.RecoveryPlan;
import io.swarm4j.scheduler.PlacementOptions;
import io.swarm4j.security.CertificateIssuer;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.stream.AccessPolicy;
import io.swarm4j.time.RealTime;
import io.swarm4j.time.Time;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Describes a node before it starts, or one of a swarm that is to be recovered. Not thread-safe.
 */
public final class SwarmNodeBuilder {
  private final Path directory;
  private String hostname = HostFacts.describe("").hostname();
  private String listen = "0.0.0.0:" + HostPort.DEFAULT_PORT;
  private @Nullable String advertise;
  private @Nullable String dataAddress;
  private JvmImages images = JvmImages.NONE;
  private @Nullable RuntimeFactory runtime;
  private Map<String, String> engineLabels = Map.of();
  private ClusterSpec cluster = ClusterSpec.DEFAULT;
  private PlacementOptions placement = PlacementOptions.DEFAULT;
  private boolean publishOnLocalhost;
  private @Nullable CertificateIssuer externalAuthority;
  private @Nullable UnlockKey unlockKey;
  private AccessPolicy access = AccessPolicy.OPEN;
  private Time time = new RealTime();

  SwarmNodeBuilder(Path directory) {
    this.directory = directory;
  }

  /** The node's name; the machine's unless set. */
  public SwarmNodeBuilder hostname(String name) {
    hostname = name;
    return this;
  }

  /** Where a manager listens for other nodes; {@code 0.0.0.0:2377} unless set; port 0: any. */
  public SwarmNodeBuilder listen(String address) {
    listen = address;
    return this;
  }

  /** Where other nodes find this one, if not where it listens. */
  public SwarmNodeBuilder advertise(String address) {
    advertise = address;
    return this;
  }

  /** The address of this node's tasks and published ports, if the swarm gives out none. */
  public SwarmNodeBuilder dataAddress(String address) {
    dataAddress = address;
    return this;
  }

  /** What runs the tasks; in-JVM code unless set. */
  public SwarmNodeBuilder runtime(RuntimeFactory factory) {
    runtime = factory;
    return this;
  }

  /** The images of the in-JVM runtime. */
  public SwarmNodeBuilder images(JvmImages registered) {
    images = registered;
    return this;
  }

  /** Labels of this node's engine, {@code engine.labels.*}. */
  public SwarmNodeBuilder engineLabels(Map<String, String> labels) {
    engineLabels = Map.copyOf(labels);
    return this;
  }

  /** The settings with which {@link SwarmNode#init()} begins a swarm. */
  public SwarmNodeBuilder cluster(ClusterSpec settings) {
    cluster = settings;
    return this;
  }

  /** How tasks are placed while this node leads. */
  public SwarmNodeBuilder placement(PlacementOptions options) {
    placement = options;
    return this;
  }

  /** Whether ingress ports are open on 127.0.0.1, too, while this node leads. */
  public SwarmNodeBuilder publishOnLocalhost(boolean publish) {
    publishOnLocalhost = publish;
    return this;
  }

  /** Who signs certificates where the swarm's state does not hold the root's key. */
  public SwarmNodeBuilder externalAuthority(CertificateIssuer issuer) {
    externalAuthority = issuer;
    return this;
  }

  /**
   * The swarm's unlock key, for a manager that is locked; {@link SwarmNode#unlock} takes it later,
   * too.
   */
  public SwarmNodeBuilder unlockKey(String key) {
    unlockKey = UnlockKey.parse(key);
    return this;
  }

  /** Who may run commands in tasks; everybody unless set. */
  public SwarmNodeBuilder access(AccessPolicy policy) {
    access = policy;
    return this;
  }

  /** Time and threads; those of the machine unless set. Virtual time cannot drive sockets. */
  public SwarmNodeBuilder time(Time source) {
    time = source;
    return this;
  }

  /**
   * Opens the data directory and goes on with what it holds; a node that is no member waits for
   * {@link SwarmNode#init()} or {@link SwarmNode#join}.
   *
   * @throws SwarmException if the directory cannot be used, or what it holds is damaged
   */
  public SwarmNode start() {
    NodeSettings settings = settings();
    NodeDirectory opened = NodeDirectory.open(directory);
    SwarmNode node = new SwarmNode(settings, opened);
    try {
      if (unlockKey != null && opened.isLocked()) {
        opened.unlock(unlockKey);
      }
      node.resume();
      return node;
    } catch (RuntimeException failed) {
      node.close();
      throw failed;
    }
  }

  private NodeSettings settings() {
    JvmImages registered = images;
    String name = hostname;
    RuntimeFactory factory =
        runtime != null
            ? runtime
            : (node, clock, loop) ->
                JvmRuntime.builder(clock)
                    .images(registered)
                    .hostname(name)
                    .threadPrefix("swarm-" + name)
                    .build();
    return new NodeSettings(
        directory,
        hostname,
        new Places(
            HostPort.parse(listen),
            advertise == null ? null : HostPort.parse(advertise),
            dataAddress),
        factory,
        engineLabels,
        cluster,
        placement,
        publishOnLocalhost,
        externalAuthority,
        access,
        time);
  }

  /**
   * What would become of the swarm if this manager went on without the others, whose majority is
   * lost. Changes nothing; the node must not run.
   */
  public RecoveryPlan planRecovery() {
    return recovery().plan();
  }

  /**
   * Starts this manager as the only one of its swarm. The others are fenced: none of them takes
   * part again unless it joins anew with an empty directory.
   *
   * @param plan what was looked at
   * @throws ConflictException if the directory has changed since
   */
  public SwarmNode forceNewCluster(RecoveryPlan plan) {
    recovery().forceNewCluster(plan);
    return takeOver(start());
  }

  /**
   * Writes the state of a manager that does not run to a file, encrypted.
   *
   * @return what {@link #restore} will ask for, a secret
   */
  public String backup(Path file) {
    return recovery().backup(file);
  }

  /**
   * Starts a node in an empty directory as the first manager of the swarm in a backup. Its former
   * managers are given up; its workers are let in again.
   *
   * @param key what {@code backup} returned
   */
  public SwarmNode restore(Path file, String key) {
    recovery().restore(file, key);
    return takeOver(start());
  }

  private Recovery recovery() {
    return new Recovery(settings(), unlockKey);
  }

  private static SwarmNode takeOver(SwarmNode node) {
    try {
      node.takeOver();
      return node;
    } catch (RuntimeException failed) {
      node.close();
      throw failed;
    }
  }
}
