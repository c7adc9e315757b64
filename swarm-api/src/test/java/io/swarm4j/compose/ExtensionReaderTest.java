package io.swarm4j.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.DisconnectPolicy;
import io.swarm4j.model.DisconnectPolicy.Survivor;
import io.swarm4j.model.JobPolicy;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.JobSchedule.Concurrency;
import io.swarm4j.model.JobSchedule.MissedRuns;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.WhilePaused;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a swarm can do and compose files have no keys for. */
class ExtensionReaderTest {

  @Test
  void aGrantSaysWhatANewVersionDoes() {
    Stack stack =
        Yml.read(
            """
            services:
              web:
                image: i
                secrets: [{source: key, x-on-change: signal}]
                configs: [{source: conf, x-on-change: hot}, plain]
            secrets: {key: {external: true}}
            configs: {conf: {external: true}, plain: {external: true}}
            """);

    assertThat(stack.services().get(0).task().container().payloads())
        .extracting(reference -> reference.onChange())
        .containsExactlyInAnyOrder(ChangePolicy.SIGNAL, ChangePolicy.HOT, ChangePolicy.NONE);
    assertThat(Yml.webFaults("secrets: [{source: a, x-on-change: reload}]"))
        .anyMatch(fault -> fault.contains("x-on-change: 'reload' is not known; write one of"));
  }

  @Test
  void anUpdateHasADeadlineAndSaysWhatBecomesOfFailedSlotsWhileItIsPaused() {
    UpdatePolicy policy =
        Objects.requireNonNull(
            Yml.web("deploy: {update_config: {x-progress-deadline: 10m, x-while-paused: hold}}")
                .update());

    assertThat(policy.progressDeadline()).isEqualTo(Duration.ofMinutes(10));
    assertThat(policy.whilePaused()).isEqualTo(WhilePaused.HOLD);
  }

  @Test
  void tasksOfALostNodeAreKeptReplacedStoppedOrFenced() {
    assertThat(disconnect("policy: keep")).isEqualTo(new DisconnectPolicy.Keep());
    assertThat(disconnect("policy: replace, after: 5m, on_return: original"))
        .isEqualTo(new DisconnectPolicy.ReplaceAfter(Duration.ofMinutes(5), Survivor.ORIGINAL));
    assertThat(disconnect("policy: stop, after: 1m"))
        .isEqualTo(new DisconnectPolicy.StopAfter(Duration.ofMinutes(1)));
    assertThat(disconnect("policy: fence, after: 30s"))
        .isEqualTo(new DisconnectPolicy.Fence(Duration.ofSeconds(30)));
    assertThat(disconnectFaults("policy: keep, after: 5m, on_return: original"))
        .containsExactly(
            "after: means nothing with policy keep", "on_return: means nothing with policy keep");
    assertThat(disconnectFaults("after: 5m"))
        .containsExactly(
            "x-on-disconnect: 'policy' is missing; write one of fence, keep, replace, stop");
    assertThat(disconnectFaults("policy: stop"))
        .containsExactly(
            "x-on-disconnect: 'after' is missing; write how long the node may be out of reach, such"
                + " as 5m");
  }

  @Test
  void aJobHasAScheduleOrParameters() {
    assertThat(
            job(
                "schedule: '30 2 * * *', time_zone: Europe/Berlin, missed_runs: run-once,"
                    + " concurrency: replace, deadline: 1h, keep_runs: 5"))
        .isEqualTo(
            JobPolicy.builder()
                .schedule(
                    new JobSchedule(
                        "30 2 * * *", "Europe/Berlin", MissedRuns.RUN_ONCE, Concurrency.REPLACE))
                .deadline(Duration.ofHours(1))
                .keepRuns(5)
                .build());
    assertThat(job("on_request: true, parameters: {target: all}, required: [day]"))
        .isEqualTo(
            JobPolicy.builder()
                .onRequest(true)
                .parameters(Map.of("target", "all"))
                .required(Set.of("day"))
                .build());
    assertThat(Yml.webFaults("deploy: {mode: replicated-job, x-job: {missed_runs: skip}}"))
        .singleElement()
        .asString()
        .endsWith("x-job.missed_runs: means nothing without a schedule");
  }

  @Test
  void whatExcludesEachOtherIsRefusedAllAtOnceAndWithItsPlace() {
    assertThat(
            Yml.faults(
                """
                services:
                  a:
                    image: i
                    depends_on: [b]
                    hostname: "{{.Task.Nmae}}"
                    secrets: [{source: key, target: ../../etc/passwd}, absent]
                    deploy:
                      mode: replicated-job
                      update_config: {parallelism: 2}
                      x-job: {schedule: "every day", on_request: true}
                  b:
                    image: i
                    depends_on: [a]
                    deploy: {x-job: {on_request: true}}
                secrets: {key: {external: true}}
                """))
        .anyMatch(fault -> fault.contains("secrets[0].target: "))
        .anyMatch(fault -> fault.contains("secrets[1]: ") && fault.contains("absent"))
        .anyMatch(fault -> fault.contains("x-job.schedule: "))
        .anyMatch(fault -> fault.contains("services wait for each other: "))
        .anyMatch(fault -> fault.contains("b.deploy.x-job: "));
  }

  @Test
  @Feature("M21")
  void aBundleIsRefusedInSoManyWords() {
    assertThat(Yml.faults("{\"Version\": \"0.1\", \"Services\": {\"web\": {\"Image\": \"i\"}}}"))
        .anyMatch(fault -> fault.contains("Services: ") && fault.contains("bundles (DAB)"));
  }

  private static DisconnectPolicy disconnect(String keys) {
    return Yml.web("deploy: {x-on-disconnect: {" + keys + "}}").disconnect();
  }

  private static List<String> disconnectFaults(String keys) {
    return Yml.webFaults("deploy: {x-on-disconnect: {" + keys + "}}").stream()
        .map(fault -> fault.replaceFirst("^.*services\\.web\\.deploy\\.(x-on-disconnect\\.)?", ""))
        .toList();
  }

  private static JobPolicy job(String keys) {
    return Yml.web("deploy: {mode: replicated-job, x-job: {" + keys + "}}").job();
  }
}
