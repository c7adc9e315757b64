package io.swarm4j.examples.check;

import static io.swarm4j.examples.check.Checklist.expect;

import io.swarm4j.Convergence;
import io.swarm4j.Swarm;
import io.swarm4j.examples.apps.HttpGet;
import io.swarm4j.examples.apps.Reply;
import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.View;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The stack under check, as its clients and its operator see it. */
final class Company {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Pattern TASK = Pattern.compile("\"(?:task|servedBy)\":\"([^\"]+)\"");

  private final Swarm swarm;
  private final String stack;

  Company(Swarm swarm, String stack) {
    this.swarm = swarm;
    this.stack = stack;
  }

  Swarm swarm() {
    return swarm;
  }

  String balance() {
    return stack + "_balance";
  }

  String customer() {
    return stack + "_customer";
  }

  /** Where a node answers for the tier in front. */
  InetSocketAddress at(String nodeAddress) {
    return new InetSocketAddress(nodeAddress, publishedPort());
  }

  int publishedPort() {
    return swarm.services().get(balance()).endpoint().ports().get(0).published();
  }

  /** Where all nodes that are in reach answer. */
  List<InetSocketAddress> everywhere() {
    return swarm.nodeAddresses().values().stream().map(this::at).toList();
  }

  /** A successful answer. */
  String get(InetSocketAddress server, String path) throws IOException {
    Reply reply = HttpGet.of(server, path, ANSWER);
    expect(
        reply.isOk(),
        "status 200 from http:/" + server + path,
        reply.status() + " " + reply.body().strip());
    return reply.body();
  }

  /**
   * The tasks that have taken part in an answer, the one in front first. A container tells its host
   * name, which has a dash where the task's name has a dot.
   */
  static List<String> answerers(String body) {
    List<String> names = new ArrayList<>();
    TASK.matcher(body)
        .results()
        .forEach(found -> names.add(0, found.group(1).replaceFirst("-(\\d+)$", ".$1")));
    return names;
  }

  /** The tasks that have answered, after enough calls that each should have had its turn. */
  private Set<String> answering(String path, int expected, String tier) throws IOException {
    Set<String> seen = new TreeSet<>();
    List<InetSocketAddress> servers = everywhere();
    for (int i = 0; i < 10 * expected; i++) {
      answerers(get(servers.get(i % servers.size()), path)).stream()
          .filter(name -> name.startsWith(tier + "."))
          .forEach(seen::add);
    }
    return seen;
  }

  /** Expects that requests reach each running task of the tier and no other. */
  String expectSpread(String path, String tier) throws IOException {
    Set<String> wanted = new TreeSet<>();
    View view = swarm.view();
    alive(view, tier).forEach(task -> wanted.add(view.nameOf(task)));
    Set<String> seen = answering(path, wanted.size(), tier);
    expect(seen.equals(wanted), "answers of " + wanted, seen);
    return String.join(", ", seen);
  }

  /** The tasks of a tier that run and shall run. */
  static List<Task> alive(View view, String tier) {
    Service service = view.serviceNamed(tier);
    return service == null
        ? List.of()
        : view.tasksOf(service.id()).stream()
            .filter(task -> task.isDesiredAlive() && task.state() == TaskState.RUNNING)
            .toList();
  }

  List<Task> alive(String tier) {
    return alive(swarm.view(), tier);
  }

  /** Expects that a tier becomes what its spec says, with that many tasks. */
  void expectConverged(String tier, int tasks) {
    Convergence outcome = swarm.services().await(tier, PATIENCE);
    expect(
        outcome instanceof Convergence.Converged converged && converged.tasks() == tasks,
        tasks + " running tasks of " + tier,
        outcome instanceof Convergence.Converged other ? other.tasks() : outcome);
  }

  /** Waits for a condition. */
  void expectSoon(String what, Predicate<View> condition) {
    expect(
        swarm.await(condition, PATIENCE), what + " within " + PATIENCE.toSeconds() + " s", state());
  }

  /** Scales a tier and expects that it gets there. */
  void scale(String tier, int replicas) {
    swarm.services().scale(tier, replicas);
    expectConverged(tier, replicas);
  }

  /** Tasks of any tier on a node that run or shall run. */
  static long busyTasks(View view, String node) {
    return view.nodes().stream()
        .filter(each -> each.hostname().equals(node))
        .flatMap(each -> view.tasksOn(each.id()).stream())
        .filter(task -> task.isDesiredAlive() || !task.state().isTerminal())
        .count();
  }

  /** Host names of the workers. */
  List<String> workers() {
    return swarm.nodes().list().stream()
        .filter(node -> node.role() == Node.NodeRole.WORKER)
        .map(Node::hostname)
        .toList();
  }

  /** A line about each tier, for failures. */
  String state() {
    View view = swarm.view();
    return Map.of(
            balance(), describe(view, balance()),
            customer(), describe(view, customer()))
        .toString();
  }

  private static List<String> describe(View view, String tier) {
    Service service = view.serviceNamed(tier);
    return service == null
        ? List.of()
        : view.tasksOf(service.id()).stream()
            .filter(task -> task.isDesiredAlive() || !task.state().isTerminal())
            .map(task -> view.nameOf(task) + " " + task.state().text() + " " + task.status().err())
            .toList();
  }
}
