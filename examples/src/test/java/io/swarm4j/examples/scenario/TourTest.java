package io.swarm4j.examples.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.engine.EngineApi;
import io.swarm4j.engine.NodeSeat;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.node.SwarmNode;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tour in {@code docs/docker-cli.md}, typed as it stands: only folder and ports are others, and
 * a service counts as stable sooner.
 */
@Timeout(300)
class TourTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final List<String> PORTS = List.of("2377", "2477", "8080", "7000", "7100");

  @TempDir private Path folder;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private void start(String name, String port) {
    SwarmNode node =
        SwarmNode.builder(folder.resolve(name))
            .hostname(name)
            .listen("127.0.0.1:" + port)
            .images(SampleImages.all())
            .publishOnLocalhost(true)
            .start();
    open.push(node);
    Path socket = folder.resolve(name + ".sock");
    open.push(EngineApi.of(NodeSeat.of(node)).unixSocket(socket).start());
  }

  /** As many free ports as the tour names; those of nodes have a free one after them. */
  private static List<String> freePorts() throws IOException {
    Set<Integer> found = new TreeSet<>();
    while (found.size() < 2 * PORTS.size()) {
      try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket next =
              new ServerSocket(probe.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
        found.add(probe.getLocalPort());
        found.add(next.getLocalPort());
      } catch (IOException taken) {
        continue;
      }
    }
    List<Integer> all = List.copyOf(found);
    return PORTS.stream().map(port -> String.valueOf(all.get(2 * PORTS.indexOf(port)))).toList();
  }

  /** The commands of the tour; those that are refused must be. */
  private static String script(List<String> page) {
    StringBuilder script = new StringBuilder("set -euxo pipefail\n");
    String fence = null;
    for (String line : page) {
      if (line.startsWith("```")) {
        fence = fence == null ? line : null;
      } else if ("```".equals(fence) && !line.startsWith("examples/run")) {
        script.append(line.endsWith("# refused") ? "! " : "").append(line).append('\n');
      }
    }
    return script.toString();
  }

  @Test
  @Feature("R01")
  void everyCommandOfTheTourWorks() throws Exception {
    DockerCli.requireInstalled();
    List<String> ports = freePorts();
    start("m1", ports.get(0));
    start("w1", ports.get(1));
    String script =
        script(Files.readAllLines(ROOT.resolve("docs/docker-cli.md"), UTF_8))
            .replace("/tmp/swarm", folder.toString())
            .replace("service create", "service create --update-monitor 300ms");
    for (String port : PORTS) {
      script = script.replaceAll("\\b" + port + "\\b", ports.get(PORTS.indexOf(port)));
    }
    Path output = folder.resolve("output.txt");
    ProcessBuilder bash =
        new ProcessBuilder("bash", "-c", script)
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    bash.environment().put("DOCKER_CONFIG", folder.toString());
    bash.environment().put("CALC_PORT", ports.get(PORTS.indexOf("7000")));
    Process tour = bash.start();
    tour.getOutputStream().close();
    boolean ended = tour.waitFor(240, TimeUnit.SECONDS);
    tour.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(tour.exitValue()).as(said).isZero();
    assertThat(said).contains("m1 is inactive", "is now a manager", "joined a swarm as a worker");
    assertThat(said).contains("Creating service calc_calc", "Node left the swarm");
  }
}
