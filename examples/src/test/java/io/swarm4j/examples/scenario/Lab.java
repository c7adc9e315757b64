package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.NodeOptions;
import io.swarm4j.Swarm;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.DockerCli.Said;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The machines of the scenarios as nodes of one JVM, each with an endpoint of its own that behaves
 * strictly as the reference does, and the stock docker CLI to drive them.
 */
final class Lab implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final Swarm swarm;
  private final Path folder;
  private final Path cli;
  private final Map<String, EngineApi> apis = new LinkedHashMap<>();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /**
   * Starts the machines.
   *
   * @param machines says how many there are, and what runs tasks
   */
  Lab(Path folder, Path cli, UnaryOperator<Swarm.Builder> machines) {
    this.folder = folder;
    this.cli = cli;
    this.swarm =
        machines
            .apply(
                Swarm.builder()
                    .name("lab")
                    .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofSeconds(1))))
            .start();
    swarm.nodes().list().forEach(node -> serve(node.hostname()));
  }

  private void serve(String node) {
    apis.put(
        node,
        EngineApi.of(swarm, node).strict(true).unixSocket(folder.resolve(node + ".sock")).start());
  }

  /** A new machine joins as a worker. */
  void join(String node) {
    swarm.nodes().join(NodeOptions.worker(node));
    serve(node);
  }

  /** Runs the CLI on the manager m1. */
  Said docker(String... arguments) {
    return on("m1").run(arguments);
  }

  /** The CLI pointed at a node. */
  DockerCli on(String node) {
    return new DockerCli(cli, apis.get(node).hosts().get(0), folder);
  }

  String ok(String... arguments) {
    return docker(arguments).ok();
  }

  List<String> lines(String... arguments) {
    return docker(arguments).lines();
  }

  /** Creates a service and waits until it runs. */
  void create(String name, String... options) {
    List<String> command =
        new ArrayList<>(List.of("service", "create", "-d", "--no-resolve-image", "--name", name));
    command.addAll(List.of("--restart-delay", "100ms"));
    command.addAll(List.of(options));
    ok(command.toArray(String[]::new));
    converged(name);
  }

  void converged(String... services) {
    for (String service : services) {
      assertThat(swarm.services().await(service, PATIENCE).isConverged()).as(service).isTrue();
    }
  }

  /** Lines of {@code service ps}, in the form {@code web.1 Running Running image node}. */
  List<String> tasks(String service, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "service",
                "ps",
                "--no-trunc",
                "--format",
                "{{.Name}} {{.DesiredState}} {{.CurrentState}} {{.Image}} {{.Node}} {{.ID}}"));
    command.addAll(List.of(more));
    command.add(service);
    return lines(command.toArray(String[]::new));
  }

  /** Ids of the tasks of a service that shall run, by name. */
  Map<String, String> running(String service) {
    Map<String, String> ids = new LinkedHashMap<>();
    for (String line :
        lines(
            "service",
            "ps",
            "--no-trunc",
            "-f",
            "desired-state=running",
            "--format",
            "{{.Name}} {{.ID}}",
            service)) {
      if (!line.isEmpty()) {
        ids.put(line.split(" ")[0], line.split(" ")[1]);
      }
    }
    return ids;
  }

  String inspect(String service, String format) {
    return ok("service", "inspect", service, "--format", format);
  }

  /** Repeats a look until it shows what is expected, as the scenarios' {@code poll} does. */
  static <T> T poll(Callable<T> look, java.util.function.Predicate<T> expected) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    T seen = look.call();
    while (!expected.test(seen)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE + "; last seen: " + seen);
      }
      TimeUnit.MILLISECONDS.sleep(100);
      seen = look.call();
    }
    return seen;
  }

  String replicas(String service) {
    return ok("service", "ls", "--filter", "name=" + service, "--format", "{{.Replicas}}");
  }

  /** An answer over HTTP: its status and text. */
  record Page(int status, String text) {}

  /** Gets a page of a published port of a node, on a connection of its own. */
  Page get(String node, int port, String path) throws Exception {
    HttpClient fresh = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return get(fresh, node, port, path);
  }

  /** The same on a connection that is kept. */
  Page getKept(String node, int port, String path) throws Exception {
    return get(http, node, port, path);
  }

  private Page get(HttpClient client, String node, int port, String path) throws Exception {
    URI uri = URI.create("http://" + swarm.nodeAddresses().get(node) + ":" + port + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    return new Page(answer.statusCode(), answer.body());
  }

  boolean refuses(String node, int port) throws Exception {
    try {
      get(node, port, "/");
      return false;
    } catch (IOException refused) {
      return true;
    }
  }

  /** Writes a compose file and deploys it. */
  Said deploy(String stack, String yaml) throws IOException {
    Path file = folder.resolve(stack + ".yml");
    Files.writeString(file, yaml);
    return docker("stack", "deploy", "--resolve-image", "never", "-c", file.toString(), stack);
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    apis.values().forEach(EngineApi::close);
    swarm.close();
  }
}
