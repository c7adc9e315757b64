package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.JobPolicy;
import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.JobSchedule.Concurrency;
import io.swarm4j.model.JobSchedule.MissedRuns;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.sim.SimulatedImage;
import io.swarm4j.stream.LogEntry;
import io.swarm4j.stream.LogQuery;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class JobsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final SimSwarm sim = SimSwarm.workers(2);

  @AfterEach
  void close() {
    sim.close();
  }

  private static ServiceSpec job(int concurrent, int total, @Nullable JobPolicy policy) {
    return ServiceSpec.of("job", "batch")
        .with(spec -> spec.mode(new ServiceMode.ReplicatedJob(concurrent, total)).job(policy));
  }

  private static JobPolicy scheduled(String cron) {
    return JobPolicy.builder()
        .schedule(new JobSchedule(cron, BERLIN.getId(), MissedRuns.SKIP, Concurrency.FORBID))
        .build();
  }

  private void taking(Duration span, int exitCode) {
    sim.runtimes
        .values()
        .forEach(runtime -> runtime.behave("batch", SimulatedImage.exits(span, exitCode)));
  }

  @Test
  void awaitingAJobIsAwaitingItsCompletion() {
    taking(Duration.ofSeconds(10), 0);
    sim.services().create(job(2, 4, null));

    Convergence early = sim.services().await("job", Duration.ofSeconds(15));
    Convergence outcome = sim.services().await("job", LIMIT);

    assertThat(early)
        .isInstanceOfSatisfying(
            Convergence.TimedOut.class,
            late -> {
              assertThat(late.running()).isEqualTo(2);
              assertThat(late.wanted()).isEqualTo(4);
            });
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Convergence.Converged.class, done -> assertThat(done.tasks()).isEqualTo(4));
  }

  @Test
  void aJobThatFailsForGoodSaysSo() {
    taking(Duration.ofSeconds(1), 3);
    RestartPolicy never = RestartPolicy.DEFAULT.withCondition(RestartPolicy.RestartCondition.NONE);
    ServiceSpec spec = job(1, 1, null);
    sim.services().create(spec.withTask(spec.task().withRestart(never)));

    assertThat(sim.services().await("job", LIMIT))
        .isInstanceOfSatisfying(
            Convergence.JobFailed.class,
            failed -> {
              assertThat(failed.run().message()).isEqualTo("0 completed, 1 failed for good");
              assertThat(failed.problems().get(0).text()).contains("non-zero exit (3)");
            });
  }

  @Test
  void schedulesAreReadInTheirTimeZone() {
    taking(Duration.ofSeconds(10), 0);
    sim.services().create(job(1, 1, scheduled("30 2 * * *")));
    assertThat(sim.services().await("job", LIMIT).isConverged()).isTrue();
    assertThat(sim.swarm.jobs().next("job").orElseThrow().atZone(BERLIN).toLocalTime())
        .isEqualTo(LocalTime.of(2, 30));

    sim.pass(Duration.ofDays(3));

    List<JobRun> runs = sim.swarm.jobs().runs("job");
    assertThat(runs).hasSize(3).allMatch(run -> run.state() == JobRun.State.COMPLETED);
    assertThat(runs)
        .allMatch(run -> run.startedAt().atZone(BERLIN).toLocalTime().equals(LocalTime.of(2, 30)));
  }

  @Test
  void aMalformedScheduleIsRefusedWithPathAndRemedy() {
    assertThatThrownBy(() -> sim.services().create(job(1, 1, scheduled("61 * * * *"))))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            refused ->
                assertThat(refused.faults())
                    .singleElement()
                    .matches(fault -> fault.path().equals("ServiceSpec.job.schedule.cron"))
                    .matches(fault -> fault.accepted().startsWith("minute hour day-of-month")));
    assertThatThrownBy(() -> JobSchedule.of("* * *")).hasMessageContaining("five fields");
    assertThat(sim.services().list()).isEmpty();
  }

  @Test
  void aRunOnRequestMayBeAwaitedAndCancelled() {
    sim.services().create(job(1, 1, JobPolicy.builder().onRequest(true).build()));
    sim.pass(Duration.ofHours(1));
    assertThat(sim.swarm.jobs().runs("job")).isEmpty();

    JobRun run = sim.swarm.jobs().run("job", Map.of());

    assertThat(sim.swarm.jobs().await("job", run.iteration(), Duration.ofSeconds(5)).isActive())
        .isTrue();
    assertThatThrownBy(() -> sim.swarm.jobs().run("job", Map.of()))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("run 1 of job job goes on");
    assertThat(sim.swarm.jobs().cancel("job", 1).state()).isEqualTo(JobRun.State.CANCELLED);
    sim.pass(Duration.ofSeconds(30));
    assertThat(sim.running("job")).isEmpty();
  }

  @Test
  @Timeout(120)
  void parametersReachTheTasksOfTheirRun() {
    try (Swarm swarm =
        Swarm.builder()
            .network(false)
            .image("report", task -> task.out().println(task.env()))
            .start()) {
      swarm
          .services()
          .create(
              ServiceSpec.of("report", "report")
                  .with(
                      spec ->
                          spec.mode(new ServiceMode.ReplicatedJob(1, 1))
                              .job(
                                  JobPolicy.builder()
                                      .onRequest(true)
                                      .required(Set.of("DAY"))
                                      .parameters(Map.of("FORMAT", "pdf"))
                                      .build())));
      assertThatThrownBy(() -> swarm.jobs().run("report", Map.of("MONTH", "May")))
          .isInstanceOfSatisfying(
              InvalidSpecException.class,
              refused ->
                  assertThat(refused.faults())
                      .extracting(fault -> fault.path())
                      .containsExactly("parameters.MONTH", "parameters.DAY"));

      for (String day : List.of("Monday", "Tuesday")) {
        JobRun run = swarm.jobs().run("report", Map.of("DAY", day));
        assertThat(swarm.jobs().await("report", run.iteration(), LIMIT).state())
            .isEqualTo(JobRun.State.COMPLETED);
        LogQuery ofRun = LogQuery.builder().iterations(Set.of(run.iteration())).build();
        try (Logs logs = swarm.services().logs("report", ofRun)) {
          assertThat(logs.stream().map(LogEntry::text))
              .containsExactly("{DAY=" + day + ", FORMAT=pdf}");
        }
      }
    }
  }
}
