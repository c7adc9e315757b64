package io.swarm4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Convergence;
import io.swarm4j.Convergence.Problem;
import io.swarm4j.ExecResult;
import io.swarm4j.Logs;
import io.swarm4j.NodeOptions;
import io.swarm4j.Rotation;
import io.swarm4j.ServicePlan;
import io.swarm4j.StackConvergence;
import io.swarm4j.Swarm;
import io.swarm4j.event.AuditEvent;
import io.swarm4j.event.AuditReport;
import io.swarm4j.event.SwarmEvent;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.JobPolicy;
import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.JobSchedule.Concurrency;
import io.swarm4j.model.JobSchedule.MissedRuns;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Placement;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.scheduler.Explanation;
import io.swarm4j.sim.SimulatedImage;
import io.swarm4j.sim.SimulatedRuntime;
import io.swarm4j.stream.LogGap;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.time.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The code that the guide to embedding shows. */
@Timeout(60)
class EmbeddingTest {
  private final List<String> printed = new ArrayList<>();

  private void print(Object line) {
    printed.add(String.valueOf(line));
  }

  private static Swarm start() {
    return Swarm.builder()
        .name("embedding")
        .workers(2)
        .image("web", task -> task.awaitStop())
        .image("web:2", task -> task.awaitStop())
        .start();
  }

  @Test
  void builder() {
    Swarm swarm =
        Swarm.builder()
            .name("orders")
            .managers(1)
            .workers(2)
            .node(new NodeOptions("edge", NodeRole.WORKER, Map.of("zone", "north")))
            .image("web", task -> task.awaitStop())
            .start();

    try (swarm) {
      assertThat(swarm.nodes().list()).hasSize(4);
      assertThat(swarm.nodes().get("edge").spec().labels()).containsEntry("zone", "north");
    }
  }

  @Test
  void services() {
    try (Swarm swarm = start()) {
      UpdatePolicy policy =
          UpdatePolicy.builder()
              .parallelism(2)
              .order(UpdateOrder.START_FIRST)
              .monitor(Duration.ofMillis(500))
              .build();
      swarm
          .services()
          .create(
              ServiceSpec.of("web", "web").withReplicas(3).withUpdate(policy).withRollback(policy));
      swarm.services().scale("web", 5);
      swarm
          .services()
          .update(
              "web",
              spec ->
                  spec.withTask(
                      spec.task().withContainer(spec.task().container().withImage("web:2"))));
      swarm.services().await("web", Duration.ofSeconds(30));
      swarm.services().rollback("web");

      swarm.services().await("web", Duration.ofSeconds(30));
      assertThat(swarm.services().get("web").spec().task().container().image()).isEqualTo("web");
      assertThat(swarm.services().tasks("web").stream().filter(Task::isDesiredAlive)).hasSize(5);
    }
  }

  @Test
  void plan() {
    try (Swarm swarm = start()) {
      swarm.services().create(ServiceSpec.of("web", "web").withReplicas(3));
      swarm.services().await("web", Duration.ofSeconds(30));

      ServiceSpec wanted = swarm.services().get("web").spec().withReplicas(5);
      ServicePlan plan = swarm.services().plan(wanted); // nothing is stored
      plan.changes().forEach(this::print);
      for (ServicePlan.Step step : plan.steps()) {
        print(step.after() + ": " + step.action() + " " + step.slot() + " on " + step.hostname());
      }
      if (plan.outcome().isConverged() && plan.fewestRunning() >= 3) {
        swarm.services().apply(plan); // a ConflictException if the service has changed since
      }

      assertThat(swarm.services().get("web").spec()).isEqualTo(wanted);
      assertThat(printed).hasSize(3).first().asString().startsWith("mode: ");
      assertThat(printed.get(1)).contains("START 4 on ");
    }
  }

  @Test
  void outcomes() {
    try (Swarm swarm = start()) {
      swarm.services().create(ServiceSpec.of("web", "web:3"));

      Convergence outcome = swarm.services().await("web", Duration.ofMillis(500));
      if (outcome instanceof Convergence.Converged converged) {
        print(converged.tasks() + " tasks run");
      } else if (outcome instanceof Convergence.TimedOut late) {
        print(late.running() + " of " + late.wanted() + " tasks run after " + late.waited());
        for (Problem problem : late.problems()) {
          print(problem.name() + " is " + problem.state() + ": " + problem.reason());
        }
      } else {
        print(outcome); // Paused, RolledBack or Removed
      }

      assertThat(printed.get(0)).isEqualTo("0 of 1 tasks run after PT0.5S");
      assertThat(printed)
          .anyMatch(line -> line.contains("REJECTED: Image[image=web:3, detail=no such image"));
    }
  }

  @Test
  void faults() {
    try (Swarm swarm = start()) {
      try {
        ServiceSpec web = ServiceSpec.of("web", "web");
        swarm
            .services()
            .create(web.withEndpoint(EndpointSpec.publish(PortSpec.ingress(70_000, 0))));
      } catch (InvalidSpecException refused) {
        for (Fault fault : refused.faults()) {
          print(fault.path() + " '" + fault.value() + "': " + fault.accepted());
        }
      }

      assertThat(printed)
          .containsExactly(
              "PortSpec.target '0': 1 to 65535",
              "PortSpec.published '70000': 1 to 65535, or 0 for the next free port");
    }
  }

  @Test
  void explain() {
    try (Swarm swarm = start()) {
      ServiceSpec web = ServiceSpec.of("web", "web");
      swarm
          .services()
          .create(
              web.withTask(
                  web.task().withPlacement(Placement.constrained("node.labels.disk==ssd"))));
      swarm.services().await("web", Duration.ofMillis(500));

      Task task = swarm.services().tasks("web").get(0);
      Explanation why = swarm.tasks().explain(task.id().toString());
      print(why.summary());
      why.verdicts().forEach(this::print); // one for each node

      assertThat(printed).hasSize(4);
      assertThat(printed.get(0))
          .isEqualTo("no suitable node (scheduling constraints not satisfied on 3 nodes)");
    }
  }

  @Test
  void watch() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    try (Swarm swarm = start()) {
      AutoCloseable watch =
          swarm.watch(
              event -> {
                if (event instanceof SwarmEvent.TaskChanged moved
                    && moved.isTransition()
                    && moved.after().state() == TaskState.RUNNING) {
                  running.countDown();
                }
              });
      swarm.services().create(ServiceSpec.of("web", "web").withReplicas(2));

      assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
      watch.close();
    }
  }

  @Test
  void conditions() {
    try (Swarm swarm = start()) {
      swarm.services().create(ServiceSpec.of("web", "web").withReplicas(4));

      boolean inTime =
          swarm.await(
              view ->
                  view.tasks().stream().filter(task -> task.state() == TaskState.RUNNING).count()
                      == 4,
              Duration.ofSeconds(30));

      assertThat(inTime).isTrue();
    }
  }

  @Test
  void outputAndCommands() {
    try (Swarm swarm =
        Swarm.builder()
            .image(
                "web",
                task -> {
                  task.out().println("ready");
                  task.awaitStop();
                },
                image ->
                    image.command(
                        "date",
                        (task, args, io) -> {
                          io.stdout().write("today".getBytes(UTF_8));
                          return 0;
                        }))
            .start()) {
      swarm.services().create(ServiceSpec.of("web", "web"));
      swarm.services().await("web", Duration.ofSeconds(30));
      Task task = swarm.services().tasks("web").get(0);
      swarm.tasks().exec(task.id().toString(), List.of("true"), Duration.ofSeconds(10));

      try (Logs logs = swarm.services().logs("web", LogQuery.builder().tail(100).build())) {
        logs.stream().forEach(this::print); // web.1.<task id>@w1 | text
        print(LogGap.warning(logs.gaps()));
      }
      ExecResult date =
          swarm.tasks().exec(task.id().toString(), List.of("date"), Duration.ofSeconds(10));
      print(date.exitCode() + " " + date.output());

      assertThat(printed.get(printed.size() - 1)).isEqualTo("0 today");
      assertThat(printed).contains("");

      AuditReport report = swarm.auditReport(Duration.ofSeconds(5));
      for (AuditEvent event : report.events()) {
        print(event.at() + " " + event.actor() + " " + event.taskName());
      }
      print(report.warning()); // managers that did not answer, if any

      assertThat(printed.get(printed.size() - 2)).endsWith(" web.1");
    }
  }

  private static ServiceSpec withSecret(String name, SecretReference secret) {
    ServiceSpec spec = ServiceSpec.of(name, "web");
    return spec.withTask(
        spec.task().withContainer(spec.task().container().withSecrets(List.of(secret))));
  }

  @Test
  void secrets() {
    try (Swarm swarm = start()) {
      swarm.secrets().create(SecretSpec.of("pass", "one"));
      SecretReference pass =
          new SecretReference("pass", FileTarget.of("db-password"), ChangePolicy.HOT);
      swarm.services().create(withSecret("web", pass));
      swarm.services().await("web", Duration.ofSeconds(30));
      Rotation rotation =
          swarm.secrets().rotate(SecretSpec.of("pass", "two"), Duration.ofSeconds(30));
      print(rotation.isComplete() ? "all have it" : "without: " + rotation.unconfirmed());

      assertThat(printed).containsExactly("all have it");
    }
  }

  @Test
  void jobs() {
    try (Swarm swarm = Swarm.builder().image("report", task -> {}).start()) {
      JobPolicy nightly =
          JobPolicy.builder()
              .schedule(
                  new JobSchedule(
                      "30 2 * * *", "Europe/Berlin", MissedRuns.RUN_ONCE, Concurrency.FORBID))
              .deadline(Duration.ofHours(1))
              .parameters(Map.of("FORMAT", "pdf"))
              .build();
      swarm
          .services()
          .create(
              ServiceSpec.of("report", "report")
                  .withMode(new ServiceMode.ReplicatedJob(2, 10)) // ten completions, two at a time
                  .withJob(nightly));
      JobRun run = swarm.jobs().run("report", Map.of("FORMAT", "html")); // and once more, now
      JobRun done = swarm.jobs().await("report", run.iteration(), Duration.ofMinutes(1));
      print(done.state() + ": " + done.message());

      assertThat(printed).containsExactly("COMPLETED: 10 completed");
    }
  }

  @Test
  void stacks() {
    try (Swarm swarm =
        Swarm.builder().name("stacks").workers(1).images(SampleImages.all()).start()) {
      swarm.stacks().deploy("company", Path.of("stacks/company.yml"));
      StackConvergence outcome = swarm.stacks().await("company", Duration.ofSeconds(30));
      print(outcome.isConverged() ? "all run" : "behind: " + outcome.behind());
      swarm.stacks().remove("company");

      assertThat(printed).containsExactly("all run");
      assertThat(swarm.services().list()).isEmpty();
    }
  }

  @Test
  void nodes() {
    try (Swarm swarm = start()) {
      swarm.nodes().join(NodeOptions.worker("w3"));
      swarm.nodes().availability("w1", Availability.DRAIN); // its tasks go elsewhere
      swarm.nodes().halt("w2"); // as if its power had been cut

      assertThat(swarm.nodes().list()).hasSize(4);
      assertThat(swarm.nodeAddresses()).containsOnlyKeys("m1", "w1", "w3");
    }
  }

  @Test
  void virtualTime() {
    VirtualTime time = new VirtualTime(42); // a seed: the same one, the same run
    try (Swarm swarm =
        Swarm.builder()
            .time(time)
            .managers(1)
            .workers(100)
            .runtime(
                (node, t, loop) ->
                    new SimulatedRuntime(
                        loop,
                        t.newChance(),
                        Map.of("web", SimulatedImage.exits(Duration.ofHours(1), 1))))
            .start()) {
      swarm.services().create(ServiceSpec.of("web", "web").withReplicas(200));
      swarm.services().await("web", Duration.ofMinutes(1));
      time.advance(Duration.ofHours(12)); // crashes and restarts, in a moment

      assertThat(swarm.services().await("web", Duration.ofMinutes(1)).isConverged()).isTrue();
    }
  }
}
