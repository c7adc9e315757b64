package io.swarm4j.examples;

import io.swarm4j.docker.DockerRuntime;
import io.swarm4j.docker.EngineAddress;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.engine.NodeSeat;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.node.SwarmNode;
import io.swarm4j.node.SwarmNodeBuilder;
import io.swarm4j.process.ProcessRuntime;
import io.swarm4j.store.seal.LockedException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** One node of a swarm in a process of its own, until it is told to end. */
@Command(
    name = "node",
    description =
        "Runs this process as a node of a swarm until Ctrl-C or SIGTERM. Started again with the"
            + " same data directory alone, it goes on as the same node.")
final class NodeCommand implements Callable<Integer> {

  /** Reads a role in small letters. */
  static final class RoleReader implements ITypeConverter<NodeRole> {
    @Override
    public NodeRole convert(String text) {
      try {
        return NodeRole.valueOf(text.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException unknown) {
        throw new TypeConversionException("'" + text + "' is neither manager nor worker");
      }
    }
  }

  /** How the node comes into a swarm. */
  static final class Entry {
    @Option(names = "--init", description = "Begins a swarm, unless the node is in one already.")
    private boolean init;

    @Option(
        names = "--join",
        arity = "2",
        paramLabel = "TOKEN ADDR",
        description = "Joins a swarm by way of a manager, unless the node is in it already.")
    private @Nullable List<String> join;
  }

  @ArgGroup private @Nullable Entry entry;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "manager or worker: refuses a token of the other role.",
      converter = RoleReader.class)
  private @Nullable NodeRole role;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "swarm-data",
      description = "Where the node keeps what it must not forget (default: ${DEFAULT-VALUE}).")
  private Path data = Path.of("");

  @Option(
      names = "--runtime",
      paramLabel = "KIND",
      defaultValue = "in-jvm",
      converter = RuntimeKind.Reader.class,
      description =
          "What runs tasks: in-jvm (sample applications), process, or docker (default: in-jvm).")
  private RuntimeKind runtime = RuntimeKind.IN_JVM;

  @Option(
      names = "--docker-host",
      paramLabel = "ADDR",
      defaultValue = "unix:///var/run/docker.sock",
      description = "The engine that runs containers with --runtime docker (default: its socket).")
  private String dockerHost = "";

  @Mixin private RecoveryOptions recovery = new RecoveryOptions();

  @Option(names = "--name", paramLabel = "NAME", description = "The node's name.")
  private @Nullable String name;

  @Option(
      names = "--listen",
      paramLabel = "ADDR",
      defaultValue = "0.0.0.0:2377",
      description = "Where a manager listens for other nodes (default: ${DEFAULT-VALUE}).")
  private String listen = "";

  @Option(
      names = "--advertise",
      paramLabel = "ADDR",
      description = "Where other nodes find this one, if the machine has several addresses.")
  private @Nullable String advertise;

  @Option(
      names = "--engine",
      paramLabel = "SOCKET",
      description = "Serves the Docker Engine API of this node on a unix socket.")
  private @Nullable Path engine;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Spec private @Nullable CommandSpec spec;

  private final PrintStream out = System.out;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  @Override
  public Integer call() throws Exception {
    SwarmNode node = recovery.start(builder(), out);
    if (node == null) {
      return 0;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "examples-end"));
    try (node) {
      enter(node);
      try (AutoCloseable api = serve(node)) {
        out.println("Ctrl-C stops this node; it remains a member.");
        ended.await();
      }
    } finally {
      closed.countDown();
    }
    return 0;
  }

  private SwarmNodeBuilder builder() {
    SwarmNodeBuilder builder =
        SwarmNode.builder(data).listen(listen).images(SampleImages.all()).publishOnLocalhost(true);
    if (name != null) {
      builder.hostname(name);
    }
    if (advertise != null) {
      builder.advertise(advertise);
    }
    if (runtime == RuntimeKind.PROCESS) {
      builder.runtime(
          (options, time, loop) -> ProcessRuntime.builder(time, data.resolve("runtime")).build());
    } else if (runtime == RuntimeKind.DOCKER) {
      String owner = "node:" + data.toAbsolutePath().normalize();
      builder.runtime(
          (options, time, loop) ->
              DockerRuntime.builder(time, owner).engine(EngineAddress.of(dockerHost)).build());
    }
    return builder;
  }

  private void enter(SwarmNode node) {
    Entry how = entry;
    if (!node.isMember() && how != null && how.init) {
      node.init();
    } else if (!node.isMember() && how != null && how.join != null) {
      node.join(how.join.get(0), how.join.get(1), role);
    } else if (node.isLocked() && engine == null) {
      throw LockedException.keyNeeded();
    } else if (!node.isMember() && engine == null) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          data + " holds no node: --init begins a swarm, --join TOKEN ADDR joins one");
    }
    node.identity().ifPresent(identity -> announce(node, identity.role()));
  }

  private void announce(SwarmNode node, NodeRole is) {
    out.printf(
        "node %s (%s) is a %s%n", node.hostname(), node.id(), is.name().toLowerCase(Locale.ROOT));
    if (is == NodeRole.MANAGER && entry != null && entry.init) {
      for (NodeRole each : List.of(NodeRole.WORKER, NodeRole.MANAGER)) {
        out.printf(
            "to add a %s:  examples/run node --join %s %s --data DIR%n",
            each.name().toLowerCase(Locale.ROOT), node.joinToken(each), node.address());
      }
    }
  }

  private AutoCloseable serve(SwarmNode node) {
    if (engine == null) {
      return () -> {};
    }
    EngineApi.Builder builder =
        EngineApi.of(NodeSeat.of(node))
            .unixSocket(engine.toAbsolutePath().normalize())
            .hostName(node.hostname());
    if (runtime == RuntimeKind.DOCKER) {
      builder.engine(EngineAddress.of(dockerHost));
    }
    EngineApi api = builder.start();
    out.println("export DOCKER_HOST=" + api.hosts().get(0));
    return api::close;
  }

  /** On Ctrl-C and SIGTERM: the JVM ends when this does. */
  private void end() {
    ended.countDown();
    try {
      closed.await();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
