package io.swarm4j.examples;

import io.swarm4j.engine.EngineApi;
import io.swarm4j.engine.NodeSeat;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.node.SwarmNode;
import io.swarm4j.process.ProcessRuntime;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One node of a swarm in a process of its own, until it is told to end. */
@Command(
    name = "node",
    description =
        "Runs this process as a node of a swarm until Ctrl-C or SIGTERM. Started again with the"
            + " same data directory alone, it goes on as the same node.")
final class NodeCommand implements Callable<Integer> {

  /** What runs tasks. */
  enum RuntimeKind {
    IN_JVM,
    PROCESS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static RuntimeKind parse(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
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
      description = "manager or worker: refuses a token of the other role.")
  private @Nullable String role;

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
      description = "What runs tasks: in-jvm (sample applications) or process (default: in-jvm).")
  private String runtime = "";

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

  @Override
  public Integer call() throws Exception {
    SwarmNode node = builder().start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(node), "examples-end"));
    enter(node);
    try (AutoCloseable api = serve(node)) {
      out.println("Ctrl-C stops this node; it remains a member.");
      ended.await();
    }
    return 0;
  }

  private SwarmNode.Builder builder() {
    SwarmNode.Builder builder =
        SwarmNode.builder(data).listen(listen).images(SampleImages.all()).publishOnLocalhost(true);
    if (name != null) {
      builder.hostname(name);
    }
    if (advertise != null) {
      builder.advertise(advertise);
    }
    if (parse("--runtime", runtime, RuntimeKind::parse) == RuntimeKind.PROCESS) {
      builder.runtime(
          (options, time, loop) -> ProcessRuntime.builder(time, data.resolve("runtime")).build());
    }
    return builder;
  }

  private <T> T parse(String option, String text, java.util.function.Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException unknown) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), option + " cannot be '" + text + "'");
    }
  }

  private void enter(SwarmNode node) {
    Entry how = entry;
    if (!node.isMember() && how != null && how.init) {
      node.init();
    } else if (!node.isMember() && how != null && how.join != null) {
      NodeRole wanted =
          role == null
              ? null
              : parse("--role", role, text -> NodeRole.valueOf(text.toUpperCase(Locale.ROOT)));
      node.join(how.join.get(0), how.join.get(1), wanted);
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
    EngineApi api =
        EngineApi.of(NodeSeat.of(node))
            .unixSocket(engine.toAbsolutePath().normalize())
            .hostName(node.hostname())
            .start();
    out.println("export DOCKER_HOST=" + api.hosts().get(0));
    return api::close;
  }

  private void end(SwarmNode node) {
    node.close();
    ended.countDown();
  }
}
