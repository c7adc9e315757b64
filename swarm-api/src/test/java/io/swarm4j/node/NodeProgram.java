package io.swarm4j.node;

import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Payload;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.process.ProcessImages;
import io.swarm4j.process.ProcessRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A node in a process of its own, for tests: obeys one command a line on its standard input, and
 * answers each with one line, {@code OK …} or {@code ERR …}. Ends with its input.
 */
public final class NodeProgram {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final SwarmNode node;

  private NodeProgram(SwarmNode node) {
    this.node = node;
  }

  /** Directory, host name, address to listen on, command line of each task. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    ProcessImages images = ProcessImages.builder().image("sleeper", "/bin/sleep", args[3]).build();
    try (SwarmNode node =
            SwarmNode.builder(directory)
                .hostname(args[1])
                .listen(args[2])
                .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofSeconds(1)))
                .runtime(
                    (options, time, loop) ->
                        ProcessRuntime.builder(time, directory.resolve("runtime"))
                            .images(images)
                            .build())
                .start();
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      NodeProgram program = new NodeProgram(node);
      System.out.println("READY");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(program.answer(line));
      }
    }
    System.exit(0);
  }

  private String answer(String line) {
    try {
      return "OK " + obey(List.of(line.split(" ")));
    } catch (RuntimeException refused) {
      return "ERR " + String.valueOf(refused.getMessage()).replace('\n', ' ');
    }
  }

  private String obey(List<String> words) {
    return switch (words.get(0)) {
      case "init" -> node.init().node().toString();
      case "join" -> node.join(words.get(1), words.get(2)).node().toString();
      case "token" -> node.joinToken(NodeRole.valueOf(words.get(1)));
      case "address" -> node.address();
      case "create" -> {
        node.swarm()
            .services()
            .create(
                ServiceSpec.of(words.get(1), "sleeper")
                    .withReplicas(Integer.parseInt(words.get(2))));
        yield "";
      }
      case "await" -> node.swarm().services().await(words.get(1), LIMIT).getClass().getSimpleName();
      case "tasks" -> tasks(words.get(1));
      case "config" -> {
        node.swarm()
            .configs()
            .create(new ConfigSpec(words.get(1), Map.of(), Payload.of("x"), false));
        yield "";
      }
      case "configs" ->
          node.swarm().configs().list().stream()
              .map(config -> config.spec().name())
              .collect(Collectors.joining(","));
      case "nodes" ->
          node.swarm().nodes().list().stream()
              .map(NodeProgram::describe)
              .collect(Collectors.joining(","));
      case "gone" -> String.valueOf(becomes(words.get(1), Node.NodeState.DOWN));
      case "ready" -> String.valueOf(becomes(words.get(1), Node.NodeState.READY));
      case "settled" -> String.valueOf(settled(words.get(1), Integer.parseInt(words.get(2))));
      default -> throw new IllegalArgumentException("what is " + words + "?");
    };
  }

  private String tasks(String service) {
    return node.swarm().services().tasks(service).stream()
        .filter(NodeProgram::runs)
        .map(task -> task.slot() + "@" + task.nodeId())
        .collect(Collectors.joining(","));
  }

  private static boolean runs(Task task) {
    return task.isDesiredAlive() && task.state() == TaskState.RUNNING;
  }

  private static String describe(Node each) {
    return each.hostname()
        + ":"
        + each.status().state()
        + (each.manager() != null && each.manager().leader() ? ":LEADER" : "");
  }

  /** Whether a node is found to be in a state in time. */
  private boolean becomes(String name, Node.NodeState state) {
    return node.swarm()
        .await(
            view ->
                view.nodes().stream()
                    .filter(each -> each.hostname().equals(name))
                    .allMatch(each -> each.status().state() == state),
            LIMIT);
  }

  /** Whether all nodes are in reach and a service runs as often as it shall, each slot once. */
  private boolean settled(String service, int replicas) {
    return node.swarm()
        .await(
            view ->
                view.nodes().stream()
                        .allMatch(each -> each.status().state() == Node.NodeState.READY)
                    && view.tasks().stream().filter(NodeProgram::runs).count() == replicas
                    && view.tasks().stream()
                        .noneMatch(
                            task ->
                                !task.state().isTerminal()
                                    && task.state().isBefore(TaskState.RUNNING))
                    && view.tasks().stream()
                        .filter(task -> !task.isDesiredAlive())
                        .allMatch(task -> task.state().isTerminal()),
            LIMIT);
  }
}
