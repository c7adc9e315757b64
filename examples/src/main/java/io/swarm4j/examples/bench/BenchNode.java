package io.swarm4j.examples.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.node.SwarmNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A node in a process of its own, for measurements: obeys commands on its standard input, each a
 * number and words; answers with the number, {@code OK} or {@code ERR}, and a text, in any order.
 * Ends with its input.
 */
public final class BenchNode {
  /** The label that counts the updates of a service. */
  private static final String COUNT = "count";

  private final SwarmNode node;

  private BenchNode(SwarmNode node) {
    this.node = node;
  }

  /** Directory, host name. */
  public static void main(String[] args) throws IOException {
    ExecutorService workers = Executors.newCachedThreadPool();
    try (SwarmNode node =
            SwarmNode.builder(Path.of(args[0]))
                .hostname(args[1])
                .listen("127.0.0.1:0")
                .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofSeconds(5)))
                .start();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      BenchNode program = new BenchNode(node);
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        workers.execute(() -> System.out.println(words[0] + " " + program.answer(words)));
      }
    }
    System.exit(0);
  }

  private String answer(String[] words) {
    try {
      return "OK " + obey(words);
    } catch (RuntimeException refused) {
      return "ERR " + String.valueOf(refused.getMessage()).replace('\n', ' ');
    }
  }

  private String obey(String[] words) {
    return switch (words[1]) {
      case "init" -> node.init().node().toString();
      case "join" -> node.join(words[2], words[3]).node().toString();
      case "token" -> node.joinToken(NodeRole.valueOf(words[2]));
      case "address" -> node.address();
      case "create" -> {
        node.swarm().services().create(ServiceSpec.of(words[2], "idle").withReplicas(0));
        yield "";
      }
      case "increment" -> increment(words[2]);
      case "revision" -> String.valueOf(node.swarm().view().revision());
      case "leader" -> leader();
      case "complete" -> String.valueOf(complete(Integer.parseInt(words[2])));
      default -> throw new IllegalArgumentException("what is " + words[1] + "?");
    };
  }

  private String increment(String service) {
    return count(
        node.swarm()
            .services()
            .update(
                service,
                spec -> {
                  Map<String, String> labels = new HashMap<>(spec.labels());
                  labels.merge(COUNT, "1", (old, one) -> String.valueOf(Long.parseLong(old) + 1));
                  return spec.withLabels(labels);
                }));
  }

  private static String count(Service service) {
    return service.spec().labels().getOrDefault(COUNT, "0");
  }

  private String leader() {
    return node.swarm().nodes().list().stream()
        .filter(each -> each.manager() != null && each.manager().leader())
        .map(Node::hostname)
        .findFirst()
        .orElse("");
  }

  /** Whether all nodes take part. */
  private boolean complete(int nodes) {
    return node.swarm()
        .await(
            view ->
                view.nodes().stream()
                        .filter(each -> each.status().state() == NodeState.READY)
                        .filter(each -> each.manager() == null || each.manager().reachable())
                        .count()
                    == nodes,
            Duration.ofSeconds(60));
  }
}
