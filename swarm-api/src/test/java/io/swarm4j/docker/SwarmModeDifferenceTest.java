package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.swarm4j.Swarm;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same commands of the docker command line on Docker's own swarm mode and on this engine, each
 * with containers of a real engine: a user sees the same. What differs on purpose is listed in
 * docs/docker.md.
 */
@Tag("docker")
@Timeout(400)
class SwarmModeDifferenceTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.own(2);

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Times, and what follows from the machine. */
  private static final Pattern VOLATILE =
      Pattern.compile(
          ".* (.*At|Version\\.Index|Created|.*Timestamp|.*\\.StartedAt)"
              + "|.*\\.(Pid|PID|Gateway|IPAddress|MacAddress|SandboxKey)"
              + "|container (GraphDriver\\..*|.+Path)");

  @TempDir Path dir;

  /** One of the two, as a user has it before him. */
  private record Side(
      String commands, Host engine, CompletableFuture<Map<String, String>> details) {

    private Side(String commands, Host engine) {
      this(commands, engine, new CompletableFuture<>());
    }

    String docker(String... words) {
      List<String> all = new ArrayList<>(List.of("docker", "-H", commands));
      all.addAll(List.of(words));
      return DockerHosts.run(all);
    }

    String failing(String... words) {
      try {
        docker(words);
      } catch (IllegalStateException failure) {
        return normal(
            String.valueOf(failure.getMessage()).replaceFirst("(?s)^docker -H .*? : ", ""));
      }
      throw new AssertionError("it succeeded: " + String.join(" ", words));
    }

    /** Waits until a line of what a command prints is as it shall be. */
    String untilLine(String expected, String... words) throws InterruptedException {
      long end = System.nanoTime() + PATIENCE_NANOS;
      List<String> seen = List.of();
      while (!seen.contains(expected) && System.nanoTime() < end) {
        seen = docker(words).lines().map(line -> line.replace("\"", "")).toList();
        new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
      }
      return seen.contains(expected) ? expected : seen.toString();
    }

    /** Waits until a command prints what it shall. */
    String until(String expected, String... words) throws InterruptedException {
      long end = System.nanoTime() + PATIENCE_NANOS;
      String seen = "";
      while (System.nanoTime() < end) {
        seen = normal(docker(words));
        if (seen.equals(expected)) {
          return seen;
        }
        new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
      }
      return seen;
    }
  }

  /** Without what must differ: ids, addresses of sockets. */
  private static String normal(String text) {
    return text.replaceAll("\\b[0-9a-z]{25}\\b", "<id>")
        .replaceAll("\\b[0-9a-f]{64}\\b", "<container>")
        .replaceAll("unix://\\S+", "<socket>")
        .strip();
  }

  @Test
  void lifeOfAServiceLooksTheSame() throws Exception {
    Host reference = HOSTS.host(0);
    Host ours = HOSTS.host(1);
    reference.docker("swarm", "init", "--advertise-addr", reference.address());
    try (Swarm swarm =
            Swarm.builder()
                .name("difference")
                .runtime(
                    (node, time, loop) ->
                        DockerRuntime.builder(time, "difference")
                            .engine(EngineAddress.of(ours.uri()))
                            .build())
                .start();
        EngineApi api = EngineApi.of(swarm, "m1").unixSocket(dir.resolve("m1.sock")).start()) {
      Side swarmMode = new Side(reference.uri(), reference);
      Side swarm4j = new Side(api.hosts().get(0), ours);
      CompletableFuture<List<String>> theirs = steps(swarmMode);
      CompletableFuture<List<String>> own = steps(swarm4j);

      assertThat(own.join()).containsExactlyElementsOf(theirs.join());
      assertThat(differing(swarmMode.details().join(), swarm4j.details().join()))
          .as("fields that differ, and those that docs/docker.md tells of")
          .isEqualTo(documented());
    }
  }

  /** Fields of inspections whose values differ. */
  private static Set<String> differing(Map<String, String> theirs, Map<String, String> own) {
    Set<String> names = new TreeSet<>(theirs.keySet());
    names.addAll(own.keySet());
    names.removeIf(name -> Objects.equals(theirs.get(name), own.get(name)));
    return names;
  }

  /** Fields of inspections that the documentation names in its list of differences. */
  private static Set<String> documented() throws IOException {
    Path docs = Path.of("").toAbsolutePath().resolveSibling("docs").resolve("docker.md");
    String all = Files.readString(docs);
    String list = all.substring(all.indexOf("## Differences from Docker's swarm mode"));
    return Pattern.compile("`((?:container|service|task) [^`]+)`")
        .matcher(list)
        .results()
        .map(each -> each.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What inspections tell of the service, a task and its container, by field. */
  private static Map<String, String> details(Side side) throws IOException {
    Map<String, String> all = new TreeMap<>();
    flatten("service", side.docker("service", "inspect", "pay"), all);
    String task = side.docker("service", "ps", "-q", "--no-trunc", "pay").lines().findFirst().get();
    flatten("task", side.docker("inspect", "--type", "task", task), all);
    String container = side.engine.docker("ps", "-q", "--filter", "name=" + task);
    flatten("container", side.engine.docker("inspect", "--type", "container", container), all);
    all.keySet().removeIf(name -> VOLATILE.matcher(name).matches());
    all.values().removeIf(Set.of("", "[]", "null", "default")::contains); // all say nothing
    return all;
  }

  private static void flatten(String what, String inspection, Map<String, String> all)
      throws IOException {
    flatten(what + " ", JSON.readTree(inspection).get(0), all);
  }

  private static void flatten(String name, JsonNode value, Map<String, String> all) {
    if (value.isObject()) {
      String dot = name.endsWith(" ") ? "" : ".";
      value
          .fields()
          .forEachRemaining(each -> flatten(name + dot + each.getKey(), each.getValue(), all));
    } else if (value.isArray()) {
      List<String> elements = new ArrayList<>();
      value.forEach(each -> elements.add(normal(each.toString())));
      all.put(name, elements.stream().sorted().toList().toString());
    } else {
      all.put(name, normal(value.asText()));
    }
  }

  private static CompletableFuture<List<String>> steps(Side side) {
    CompletableFuture<List<String>> seen = new CompletableFuture<>();
    Thread steps =
        new Thread(
            () -> {
              try {
                seen.complete(carryOut(side));
              } catch (Throwable failure) {
                seen.completeExceptionally(failure);
                side.details().completeExceptionally(failure);
              }
            },
            "steps-on-" + side.engine().name());
    steps.setDaemon(true);
    steps.start();
    return seen;
  }

  private static List<String> carryOut(Side side) throws Exception {
    List<String> seen = new ArrayList<>();
    String running = "Running";
    String states = "{{.Name}} {{.Image}} {{.DesiredState}}";

    Path secret = Files.writeString(Files.createTempFile("swarm4j-", ".secret"), "s3cret");
    seen.add(normal(side.docker("secret", "create", "pass", secret.toString())));
    Files.delete(secret);
    seen.add(
        normal(
            side.docker(
                "service",
                "create",
                "-d",
                "--no-resolve-image",
                "--secret",
                "pass",
                "--name",
                "pay",
                "--replicas",
                "3",
                "--env",
                "COLOUR=red",
                "--label",
                "team=a",
                "--restart-delay",
                "200ms",
                "--limit-memory",
                "32m",
                "--update-delay",
                "0s",
                "swarm4j/payroll:1")));
    seen.add(
        side.until(
            "pay replicated 3/3 swarm4j/payroll:1",
            "service",
            "ls",
            "--format",
            "{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}"));
    seen.add(sorted(side.docker("service", "ps", "--format", states, "pay")));
    seen.add(
        normal(
            side.docker(
                "service",
                "inspect",
                "-f",
                "{{json .Spec.TaskTemplate.ContainerSpec.Env}} {{json .Spec.Labels}} {{json .Spec.Mode}}"
                    + " {{json .Spec.TaskTemplate.Resources.Limits}}",
                "pay")));
    seen.add(
        sorted(
            side.engine.docker(
                "ps", "--format", "{{.Image}} {{.Label \"com.docker.swarm.service.name\"}}")));
    seen.add(names(side.engine.docker("ps", "--format", "{{.Names}}")));

    side.details().complete(details(side));

    side.docker("service", "scale", "-d", "pay=5");
    seen.add(side.until("5/5", "service", "ls", "--format", "{{.Replicas}}"));
    side.docker("service", "scale", "-d", "pay=2");
    seen.add(side.until("2/2", "service", "ls", "--format", "{{.Replicas}}"));
    seen.add(
        side.until(
            "pay.1 Running\npay.2 Running".replace("Running", running),
            "service",
            "ps",
            "--filter",
            "desired-state=running",
            "--format",
            "{{.Name}} {{.DesiredState}}",
            "pay"));

    side.docker(
        "service", "update", "-d", "--no-resolve-image", "--image", "swarm4j/payroll:2", "pay");
    seen.add(side.until("completed", "service", "inspect", "-f", "{{.UpdateStatus.State}}", "pay"));
    seen.add(sorted(side.docker("service", "ps", "--format", states, "pay")));
    side.docker("service", "rollback", "-d", "pay");
    seen.add(
        side.until(
            "rollback_completed", "service", "inspect", "-f", "{{.UpdateStatus.State}}", "pay"));
    seen.add(
        normal(
            side.docker(
                "service", "inspect", "-f", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", "pay")));

    String victim =
        side.engine.docker("ps", "-q", "--filter", "name=pay.1").lines().findFirst().orElseThrow();
    side.engine.docker("kill", victim);
    seen.add(
        side.untilLine(
            "task: non-zero exit (137)",
            "service",
            "ps",
            "--no-trunc",
            "--format",
            "{{.Error}}",
            "pay"));
    seen.add(side.until("2/2", "service", "ls", "--format", "{{.Replicas}}"));

    seen.add(
        side.failing(
            "service",
            "create",
            "-d",
            "--name",
            "other",
            "--constraint",
            "nonsense",
            "swarm4j/payroll:1"));
    seen.add(side.failing("service", "update", "-d", "--limit-memory", "1m", "pay"));

    seen.add(normal(side.docker("service", "rm", "pay")));
    seen.add(side.until("", "service", "ls", "-q"));
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!side.engine.docker("ps", "-q").isEmpty() && System.nanoTime() < end) {
      new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
    }
    seen.add(side.engine.docker("ps", "-q"));
    return seen;
  }

  private static String sorted(String lines) {
    return normal(String.join("\n", lines.lines().sorted().toList()));
  }

  private static String names(String lines) {
    return sorted(normal(lines));
  }
}
