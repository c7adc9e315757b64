package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.JobPolicy;
import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.JobSchedule.Concurrency;
import io.swarm4j.model.JobSchedule.MissedRuns;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.testing.LeadershipLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobTest {
  private final LeadershipLog log = new LeadershipLog();
  private final TestSwarm swarm = new TestSwarm(1, List.of(log), EndpointGate.OPEN).joinWorkers(3);

  private static ServiceSpec job(ServiceMode mode, @Nullable JobPolicy policy) {
    return ServiceSpec.of("job", "batch").with(spec -> spec.mode(mode).job(policy));
  }

  private static ServiceSpec job(int concurrent, int total) {
    return job(new ServiceMode.ReplicatedJob(concurrent, total), null);
  }

  private static ServiceSpec withRestart(ServiceSpec spec, RestartPolicy restart) {
    return spec.withTask(spec.task().withRestart(restart));
  }

  private static JobPolicy hourly(MissedRuns missed, Concurrency concurrency) {
    return JobPolicy.builder()
        .schedule(new JobSchedule("15 * * * *", "UTC", missed, concurrency))
        .build();
  }

  private List<JobRun> runs(ServiceId id) {
    return swarm.view().service(id).job().runs();
  }

  private List<JobRun.State> states(ServiceId id) {
    return runs(id).stream().map(JobRun::state).toList();
  }

  /** Lets a task of the job that runs come to its end. */
  private void end(ServiceId id, int code) {
    swarm.exit(swarm.running(id).get(0), code);
    swarm.pass(Duration.ofSeconds(1));
  }

  /** Lets time pass until a second after the clock has come to a minute of the hour. */
  private void passToMinute(int minute) {
    JobSchedule then = JobSchedule.of(minute + " * * * *");
    Instant next = new HourlyCalendar().next(then, swarm.time.now());
    swarm.pass(Duration.between(swarm.time.now(), next).plusSeconds(1));
  }

  @Test
  void noMoreTasksRunAtATimeThanMayAndAsManyCompleteAsShall() {
    ServiceId id = swarm.create(job(2, 5));

    assertThat(swarm.running(id)).hasSize(2);
    assertThat(swarm.running(id)).allMatch(task -> task.desiredState() == TaskState.COMPLETE);
    for (int completed = 1; completed <= 5; completed++) {
      assertThat(states(id)).containsExactly(JobRun.State.RUNNING);
      end(id, 0);
      assertThat(swarm.running(id)).hasSize(Math.min(2, 5 - completed));
    }

    assertThat(states(id)).containsExactly(JobRun.State.COMPLETED);
    assertThat(runs(id).get(0).message()).isEqualTo("5 completed");
    assertThat(swarm.view().tasksOf(id))
        .extracting(task -> task.slot().toString())
        .containsExactlyInAnyOrder("0", "1", "2", "3", "4");
    swarm.pass(Duration.ofHours(1));
    assertThat(swarm.view().tasksOf(id)).hasSize(5).allMatch(t -> t.state() == TaskState.COMPLETE);
  }

  @Test
  void whatALostNodeHasCompletedIsNotDoneTwice() {
    ServiceId id = swarm.create(withRestart(job(1, 2), RestartPolicy.DEFAULT));
    Task lost = swarm.running(id).get(0);
    swarm.cut(lost.nodeId(), true);
    swarm.exit(lost, 0);
    swarm.pass(Duration.ofMinutes(1));
    Task again = swarm.running(id).get(0);
    assertThat(again.slot()).isEqualTo(lost.slot());
    assertThat(again.id()).isNotEqualTo(lost.id());

    swarm.cut(lost.nodeId(), false);
    swarm.pass(Duration.ofMinutes(1));

    assertThat(swarm.view().task(lost.id()).state()).isEqualTo(TaskState.COMPLETE);
    assertThat(swarm.view().task(again.id()).state()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(swarm.running(id)).hasSize(1).noneMatch(task -> task.slot().equals(lost.slot()));
    end(id, 0);
    assertThat(runs(id).get(0).message()).isEqualTo("2 completed");
  }

  @Test
  void aTaskThatFailsIsTriedAgainInItsSlotAsOftenAsThePolicySays() {
    RestartPolicy twice = RestartPolicy.DEFAULT.withMaxAttempts(2).withDelay(Duration.ofSeconds(1));
    ServiceId id = swarm.create(withRestart(job(1, 2), twice));

    for (int attempt = 0; attempt < 3; attempt++) {
      end(id, 1);
      swarm.pass(Duration.ofSeconds(5));
    }
    end(id, 0);

    assertThat(swarm.slot(id, 0)).hasSize(3).allMatch(task -> task.state() == TaskState.FAILED);
    assertThat(states(id)).containsExactly(JobRun.State.FAILED);
    assertThat(runs(id).get(0).message()).isEqualTo("1 completed, 1 failed for good");
  }

  @Test
  void attemptsOfAGlobalJobAreLimited() {
    RestartPolicy once = RestartPolicy.DEFAULT.withMaxAttempts(1).withDelay(Duration.ZERO);
    ServiceId id = swarm.create(withRestart(job(new ServiceMode.GlobalJob(), null), once));

    for (int round = 0; round < 6; round++) {
      end(id, 1);
      swarm.pass(Duration.ofSeconds(2));
    }

    assertThat(swarm.running(id)).isEmpty();
    assertThat(states(id)).containsExactly(JobRun.State.FAILED);
  }

  @Test
  void aGlobalJobRunsOnceOnEveryNodeThatIsReadyAndActive() {
    NodeId drained = swarm.nodeNamed("w3");
    swarm.availability(drained, Availability.DRAIN);
    ServiceId id = swarm.create(job(new ServiceMode.GlobalJob(), null));
    assertThat(swarm.running(id)).hasSize(2).noneMatch(task -> drained.equals(task.nodeId()));

    swarm.join("w4");
    swarm.pass(Duration.ofSeconds(1));
    assertThat(swarm.running(id)).hasSize(3);
    for (int i = 0; i < 3; i++) {
      end(id, 0);
    }

    assertThat(states(id)).containsExactly(JobRun.State.COMPLETED);
    swarm.join("w5");
    swarm.pass(Duration.ofMinutes(1));
    assertThat(swarm.view().tasksOf(id)).hasSize(3);
  }

  @Test
  void tasksOfALostNodeRunElsewhere() {
    ServiceId id = swarm.create(job(1, 1));
    Task first = swarm.running(id).get(0);

    swarm.powerOff(first.nodeId());
    swarm.pass(Duration.ofMinutes(2));

    assertThat(swarm.running(id).stream().filter(task -> !task.id().equals(first.id())))
        .singleElement()
        .matches(task -> !task.nodeId().equals(first.nodeId()));
  }

  @Test
  void aChangedSpecBeginsAnewAndLeavesNothingOfTheEarlierRun() {
    ServiceId id = swarm.create(job(3, 3));
    end(id, 0);

    swarm.update(id, spec -> spec.withTask(spec.task().withForceUpdate(1)));
    swarm.pass(Duration.ofSeconds(30));

    assertThat(states(id)).containsExactly(JobRun.State.RUNNING, JobRun.State.CANCELLED);
    assertThat(swarm.view().service(id).job().iteration()).isEqualTo(2);
    assertThat(swarm.view().tasksOf(id)).hasSize(3).allMatch(task -> task.iteration() == 2);
  }

  @Test
  void aRunThatTakesLongerThanItsDeadlineIsEnded() {
    ServiceId id =
        swarm.create(
            job(
                new ServiceMode.ReplicatedJob(2, 4),
                JobPolicy.builder().deadline(Duration.ofMinutes(10)).build()));

    swarm.pass(Duration.ofMinutes(9));
    assertThat(swarm.running(id)).hasSize(2);
    log.lose();
    log.gain();
    swarm.pass(Duration.ofMinutes(1));

    assertThat(swarm.running(id)).isEmpty();
    assertThat(states(id)).containsExactly(JobRun.State.TIMED_OUT);
    assertThat(runs(id).get(0).message()).contains("PT10M");
  }

  @Test
  void aScheduleStartsRunsAtItsTimesAndNotBefore() {
    passToMinute(0);
    ServiceId id =
        swarm.create(
            job(new ServiceMode.ReplicatedJob(1, 1), hourly(MissedRuns.SKIP, Concurrency.FORBID)));

    assertThat(swarm.view().tasksOf(id)).isEmpty();
    passToMinute(15);
    assertThat(swarm.running(id)).hasSize(1);
    assertThat(runs(id).get(0).due().getEpochSecond() / 60 % 60).isEqualTo(15);
    assertThat(runs(id).get(0).startedAt()).isEqualTo(runs(id).get(0).due());
    end(id, 0);
    swarm.pass(Duration.ofMinutes(50));
    assertThat(runs(id)).hasSize(1);
    passToMinute(15);
    assertThat(states(id)).containsExactly(JobRun.State.RUNNING, JobRun.State.COMPLETED);
  }

  @Test
  void runsThatWouldOverlapDoAsTheScheduleSays() {
    passToMinute(0);
    ServiceMode one = new ServiceMode.ReplicatedJob(2, 2);
    ServiceId forbid =
        swarm.create(job(one, hourly(MissedRuns.SKIP, Concurrency.FORBID)).withName("forbid"));
    ServiceId replace =
        swarm.create(job(one, hourly(MissedRuns.SKIP, Concurrency.REPLACE)).withName("replace"));
    ServiceId allow =
        swarm.create(job(one, hourly(MissedRuns.SKIP, Concurrency.ALLOW)).withName("allow"));

    passToMinute(15);
    passToMinute(15);

    assertThat(states(forbid)).containsExactly(JobRun.State.SKIPPED, JobRun.State.RUNNING);
    assertThat(states(replace)).containsExactly(JobRun.State.RUNNING, JobRun.State.CANCELLED);
    assertThat(states(allow)).containsExactly(JobRun.State.RUNNING, JobRun.State.RUNNING);
    assertThat(swarm.running(forbid)).hasSize(2);
    assertThat(swarm.running(replace)).hasSize(2).allMatch(task -> task.iteration() == 2);
    assertThat(swarm.running(allow))
        .extracting(task -> task.slot() + " of run " + task.iteration())
        .containsExactlyInAnyOrder("0 of run 1", "1 of run 1", "2 of run 2", "3 of run 2");
  }

  @Test
  void runsThatWereMissedWhileNobodyLedAreMadeUpForAsTheScheduleSays() {
    passToMinute(0);
    ServiceMode one = new ServiceMode.ReplicatedJob(1, 1);
    ServiceId skip =
        swarm.create(job(one, hourly(MissedRuns.SKIP, Concurrency.FORBID)).withName("skip"));
    ServiceId once =
        swarm.create(job(one, hourly(MissedRuns.RUN_ONCE, Concurrency.FORBID)).withName("once"));
    ServiceId all =
        swarm.create(job(one, hourly(MissedRuns.RUN_ALL, Concurrency.FORBID)).withName("all"));

    log.lose();
    swarm.pass(Duration.ofMinutes(180));
    log.gain();
    swarm.pass(Duration.ofMinutes(1));

    assertThat(runs(skip)).isEmpty();
    assertThat(states(once)).containsExactly(JobRun.State.RUNNING);
    assertThat(states(all)).containsExactly(JobRun.State.RUNNING);
    end(all, 0);
    end(all, 0);
    end(all, 0);
    assertThat(states(all))
        .containsExactly(JobRun.State.COMPLETED, JobRun.State.COMPLETED, JobRun.State.COMPLETED);
    assertThat(runs(all)).extracting(JobRun::due).doesNotHaveDuplicates();
  }

  @Test
  void oldRunsAreForgottenWithTheirTasks() {
    passToMinute(0);
    ServiceId id =
        swarm.create(
            job(
                new ServiceMode.ReplicatedJob(1, 1),
                hourly(MissedRuns.SKIP, Concurrency.FORBID).withKeepRuns(3)));

    for (int i = 0; i < 6; i++) {
      passToMinute(15);
      end(id, 0);
    }

    assertThat(runs(id)).extracting(JobRun::iteration).containsExactly(6, 5, 4);
    assertThat(swarm.view().tasksOf(id))
        .extracting(Task::iteration)
        .containsExactlyInAnyOrder(4, 5, 6);
  }

  @Test
  void whatExcludesEachOtherIsRefusedAllAtOnce() {
    assertThatThrownBy(
            () ->
                ServiceSpec.of("job", "batch")
                    .with(
                        spec ->
                            spec.mode(new ServiceMode.GlobalJob())
                                .update(UpdatePolicy.DEFAULT)
                                .rollback(UpdatePolicy.DEFAULT)
                                .job(hourly(MissedRuns.SKIP, Concurrency.ALLOW))))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            refused ->
                assertThat(refused.faults())
                    .extracting(fault -> fault.path())
                    .containsExactly(
                        "ServiceSpec.update",
                        "ServiceSpec.rollback",
                        "ServiceSpec.job.schedule.concurrency"));
    assertThatThrownBy(() -> job(new ServiceMode.Replicated(1), JobPolicy.AT_ONCE))
        .hasMessageContaining("a job policy on a job mode only");
    assertThatThrownBy(() -> JobPolicy.builder().required(Set.of("day")).build())
        .hasMessageContaining("onRequest");
  }
}
