package io.swarm4j.examples.check;

import static io.swarm4j.examples.check.Checklist.expect;

import io.swarm4j.StackConvergence;
import io.swarm4j.Stacks;
import io.swarm4j.Swarm;
import io.swarm4j.compose.Stack;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tries out on a live swarm what the quickstart promises: traffic reaches all tasks, services
 * scale, and nothing that happens to tasks or nodes changes how many there are.
 */
public final class CompanyCheck {
  /** How long a node that became active again is watched for tasks that move back. */
  private static final Duration STILLNESS = Duration.ofMillis(500);

  private static final String PAGE = "/balance/1";

  private final Checklist list;
  private final Company company;
  private final Swarm swarm;
  private final Stack stack;

  private CompanyCheck(Checklist list, Swarm swarm, Stack stack) {
    this.list = list;
    this.swarm = swarm;
    this.stack = stack;
    this.company = new Company(swarm, stack.name());
  }

  /**
   * Starts the swarm, checks it, closes it, and checks that nothing is left.
   *
   * @param builder of a swarm with two workers at least
   * @param heartbeat of its nodes: short, so that a lost node is noticed soon
   * @return whether all is well
   */
  public static boolean run(
      Swarm.Builder builder, Duration heartbeat, Stack stack, PrintStream out) {
    Checklist list = new Checklist(out);
    Swarm swarm =
        builder
            .publishOnLocalhost(true)
            .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(heartbeat))
            .start();
    Leftovers leftovers;
    try (swarm) {
      CompanyCheck check = new CompanyCheck(list, swarm, stack);
      check.deployment();
      check.traffic();
      check.scaling();
      check.failures();
      check.drain();
      check.update();
      check.lostNode();
      leftovers = Leftovers.of(swarm, check.company.everywhere());
      check.removal();
    }
    list.check("after close no thread and no port of the swarm is left", leftovers::expectNone);
    return list.summary();
  }

  private void deployment() {
    list.check(
        "every node is ready",
        () -> {
          expect(
              swarm.nodes().list().stream()
                  .allMatch(node -> node.status().state() == NodeState.READY),
              "all nodes ready",
              swarm.nodes().list());
          return String.join(", ", swarm.nodeAddresses().keySet());
        });
    list.check(
        "the compose file becomes running services",
        () -> {
          long start = System.nanoTime();
          swarm.stacks().deploy(stack);
          StackConvergence outcome = swarm.stacks().await(stack.name(), Company.PATIENCE);
          company.expectConverged(company.customer(), 3);
          company.expectConverged(company.balance(), 2);
          return outcome.services().keySet()
              + " in "
              + (System.nanoTime() - start) / 1_000_000
              + " ms";
        });
    list.check(
        "the same file once more touches nothing",
        () -> {
          Set<TaskId> before = ids();
          Stacks.Deployment again = swarm.stacks().deploy(stack);
          expect(again.created().isEmpty() && again.updated().isEmpty(), "no change", again);
          expect(ids().equals(before), "the same tasks", company.state());
          return "";
        });
  }

  private Set<TaskId> ids() {
    Set<TaskId> ids = new TreeSet<>();
    company.alive(company.customer()).forEach(task -> ids.add(task.id()));
    company.alive(company.balance()).forEach(task -> ids.add(task.id()));
    return ids;
  }

  private void traffic() {
    swarm
        .nodeAddresses()
        .forEach(
            (node, address) ->
                list.check(
                    "published port answers on " + node,
                    () -> {
                      InetSocketAddress server = company.at(address);
                      company.get(server, "/");
                      return server.getHostString() + ":" + server.getPort();
                    }));
    InetSocketAddress localhost = company.at("127.0.0.1");
    if (swarm.portProblems().isEmpty()) {
      list.check(
          "published port answers on localhost",
          () -> {
            company.get(localhost, "/");
            return "localhost:" + localhost.getPort();
          });
    } else {
      list.skip("published port answers on localhost", swarm.portProblems().toString());
    }
    list.check(
        "balance reaches customer by name",
        () ->
            String.join(
                " asked ", company.answerers(company.get(company.everywhere().get(0), PAGE))));
    list.check(
        "requests spread over all balance tasks",
        () -> company.expectSpread("/inspect", company.balance()));
    list.check(
        "calls by name spread over all customer tasks",
        () -> company.expectSpread(PAGE, company.customer()));
  }

  private void scaling() {
    for (String tier : List.of(company.customer(), company.balance())) {
      int before = company.alive(tier).size();
      list.check(
          tier + " scales from " + before + " to " + 2 * before + " and back under load",
          () -> {
            try (Traffic traffic = Traffic.start(company.everywhere(), PAGE)) {
              company.scale(tier, 2 * before);
              company.expectSpread(PAGE, tier);
              company.scale(tier, before);
              company.expectSpread(PAGE, tier);
              return traffic.requireNoLoss();
            }
          });
    }
  }

  private void failures() {
    list.check(
        "a killed task is replaced in its slot",
        () -> {
          Task victim = company.alive(company.customer()).get(0);
          swarm.tasks().kill(victim.id().toString());
          return expectReplaced(victim, company.customer(), 3);
        });
    list.check(
        "a task that crashes is replaced in its slot",
        () -> {
          Set<TaskId> before = new LinkedHashSet<>();
          List<Task> tasks = company.alive(company.balance());
          tasks.forEach(task -> before.add(task.id()));
          io.swarm4j.examples.apps.HttpGet.of(
              company.everywhere().get(0), "/critical", Company.PATIENCE);
          company.expectSoon(
              "the end of a task",
              view ->
                  Company.alive(view, company.balance()).stream()
                          .filter(task -> before.contains(task.id()))
                          .count()
                      < before.size());
          Task victim =
              tasks.stream()
                  .filter(task -> !swarm.tasks().get(task.id().toString()).isDesiredAlive())
                  .findFirst()
                  .orElseThrow();
          return expectReplaced(victim, company.balance(), 2);
        });
  }

  private String expectReplaced(Task victim, String tier, int count) throws Exception {
    SlotKey slot = victim.slot();
    company.expectSoon(
        "another task in slot " + slot + " of " + tier,
        view ->
            Company.alive(view, tier).stream()
                .anyMatch(task -> task.slot().equals(slot) && !task.id().equals(victim.id())));
    company.expectConverged(tier, count);
    company.expectSpread(PAGE, tier);
    return "slot " + slot + ", " + count + " run";
  }

  private void drain() {
    String worker = company.workers().get(0);
    list.check(
        "drained node " + worker + " empties, the count is kept",
        () -> {
          try (Traffic traffic = Traffic.start(company.everywhere(), PAGE)) {
            swarm.nodes().availability(worker, Availability.DRAIN);
            company.expectSoon(
                "no task on " + worker, view -> Company.busyTasks(view, worker) == 0);
            expectCounts();
            return traffic.requireNoLoss();
          }
        });
    list.check(
        "node " + worker + " active again: nothing moves back",
        () -> {
          Set<TaskId> before = ids();
          swarm.nodes().availability(worker, Availability.ACTIVE);
          boolean moved = swarm.await(view -> Company.busyTasks(view, worker) > 0, STILLNESS);
          expect(!moved && ids().equals(before), "the same tasks elsewhere", company.state());
          return "";
        });
  }

  private void expectCounts() {
    company.expectConverged(company.customer(), 3);
    company.expectConverged(company.balance(), 2);
  }

  private void update() {
    list.check(
        "a rolling update under load replaces all tasks",
        () -> {
          Set<TaskId> before = ids();
          try (Traffic traffic = Traffic.start(company.everywhere(), PAGE)) {
            for (String tier : List.of(company.balance(), company.customer())) {
              swarm
                  .services()
                  .update(
                      tier,
                      spec ->
                          spec.withTask(
                              spec.task().withForceUpdate(spec.task().forceUpdate() + 1)));
            }
            expectCounts();
            expect(ids().stream().noneMatch(before::contains), "new tasks only", ids());
            return traffic.requireNoLoss();
          }
        });
  }

  private void lostNode() {
    List<String> workers = company.workers();
    String worker = workers.get(workers.size() - 1);
    list.check(
        "halted node " + worker + " is found down, its tasks are replaced",
        () -> {
          InetSocketAddress server =
              company.at(Objects.requireNonNull(swarm.nodeAddresses().get(worker)));
          long start = System.nanoTime();
          swarm.nodes().halt(worker);
          company.expectSoon(
              worker + " down",
              view ->
                  view.nodes().stream()
                      .anyMatch(
                          node ->
                              node.hostname().equals(worker)
                                  && node.status().state() == NodeState.DOWN));
          expectCounts();
          long millis = (System.nanoTime() - start) / 1_000_000;
          company.expectSpread("/inspect", company.balance());
          company.expectSpread(PAGE, company.customer());
          expect(!Leftovers.answers(server), "no answer from " + worker, "one");
          return "in " + millis + " ms";
        });
  }

  private void removal() {
    list.check(
        "the removed stack leaves no service, task or network",
        () -> {
          swarm.stacks().remove(stack.name());
          expect(swarm.services().list().isEmpty(), "no service", swarm.services().list());
          long busy =
              swarm.nodeAddresses().keySet().stream()
                  .mapToLong(node -> Company.busyTasks(swarm.view(), node))
                  .sum();
          expect(busy == 0, "no task on a node in reach", busy + " tasks");
          expect(
              swarm.networks().list().stream()
                  .noneMatch(network -> network.spec().name().startsWith(stack.name() + "_")),
              "no network of the stack",
              swarm.networks().list());
          return "";
        });
  }
}
