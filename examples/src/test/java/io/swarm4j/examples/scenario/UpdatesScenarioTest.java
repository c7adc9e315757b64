package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rolling updates: part VI of the scenarios, with shorter times. */
class UpdatesScenarioTest extends ScenarioTest {
  private static final String STATE = "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}";

  private void pay(int replicas, String... more) {
    List<String> options =
        new java.util.ArrayList<>(
            List.of("--replicas", Integer.toString(replicas), "--update-monitor", "200ms"));
    options.addAll(List.of(more));
    options.add("swarm4j/payroll:1");
    lab.create("pay", options.toArray(String[]::new));
  }

  @Test
  @Scenario({"SC-082", "SC-086"})
  @Feature({"J01", "J02", "J07", "J14", "J15", "J28"})
  void fastDefaultUpdate() throws Exception {
    pay(3);
    lab.ok("service", "update", "-d", "--no-resolve-image", "--image", "swarm4j/payroll:2", "pay");
    Lab.poll(() -> lab.inspect("pay", STATE), "completed"::equals);
    List<String> tasks = lab.tasks("pay");
    for (int slot = 1; slot <= 3; slot++) {
      String name = "pay." + slot + " ";
      assertThat(tasks).anyMatch(t -> t.startsWith(name + "Running Running") && t.contains(":2 "));
      assertThat(tasks)
          .anyMatch(t -> t.startsWith(name + "Shutdown Shutdown") && t.contains(":1 "));
    }
    assertThat(lab.inspect("pay", "{{.UpdateStatus.Message}}")).isEqualTo("update completed");
  }

  @Test
  @Scenario(value = "SC-084", note = "with a delay of one second")
  @Feature({"J05", "J06"})
  void twoAtATime() throws Exception {
    pay(5);
    lab.ok(
        "service",
        "update",
        "-d",
        "--no-resolve-image",
        "--update-delay",
        "1s",
        "--update-parallelism",
        "2",
        "--image",
        "swarm4j/payroll:2",
        "pay");
    Lab.poll(() -> lab.inspect("pay", STATE), "completed"::equals);
    List<Instant> created =
        lab.swarm.services().tasks("pay").stream()
            .filter(task -> task.isDesiredAlive())
            .map(task -> task.meta().createdAt())
            .sorted()
            .toList();
    assertThat(created).hasSize(5);
    for (int first : new int[] {0, 2}) {
      assertThat(Duration.between(created.get(first), created.get(first + 2)))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }
  }

  @Test
  @Scenario({"SC-088", "SC-089", "SC-090"})
  @Feature({"E19", "E20", "J03", "J04", "J08", "J09", "J10", "J11", "J12", "J13"})
  void thePolicyBelongsToTheServiceAndTouchesNoTask() {
    pay(2);
    lab.create("other", "swarm4j/payroll:1");
    Map<String, String> before = lab.running("pay");
    lab.ok(
        "service",
        "update",
        "-d",
        "--update-delay",
        "10s",
        "--update-parallelism",
        "2",
        "--update-failure-action",
        "continue",
        "--update-max-failure-ratio",
        "0.2",
        "--update-monitor",
        "1m",
        "pay");
    assertThat(lab.inspect("pay", "{{json .Spec.UpdateConfig}}"))
        .contains("\"Parallelism\":2", "\"Delay\":10000000000", "\"FailureAction\":\"continue\"")
        .contains("\"Monitor\":60000000000", "\"MaxFailureRatio\":0.2");
    assertThat(lab.inspect("pay", "{{json .PreviousSpec.UpdateConfig}}"))
        .contains("\"Parallelism\":1")
        .doesNotContain("\"Delay\":10000000000");
    lab.ok("service", "update", "-d", "--update-failure-action", "pause", "pay");
    assertThat(lab.inspect("pay", "{{json .Spec.UpdateConfig}}"))
        .contains("\"FailureAction\":\"pause\"", "\"Delay\":10000000000");
    assertThat(lab.running("pay")).isEqualTo(before);
    long pay = Long.parseLong(lab.inspect("pay", "{{.Version.Index}}"));
    lab.ok("service", "update", "-d", "--update-delay", "5s", "other");
    assertThat(Long.parseLong(lab.inspect("other", "{{.Version.Index}}"))).isGreaterThan(pay);
  }

  @Test
  @Scenario("SC-087")
  @Feature({"J06", "J26"})
  void theOldTaskEndsBeforeTheNewOneStarts() throws Exception {
    lab.create(
        "slow", "--stop-grace-period", "2s", "--update-monitor", "200ms", "swarm4j/slowstop:1");
    lab.ok(
        "service", "update", "-d", "--no-resolve-image", "--image", "swarm4j/slowstop:2", "slow");
    Lab.poll(
        () -> lab.tasks("slow"),
        tasks ->
            tasks.stream().anyMatch(t -> t.startsWith("slow.1 Ready ") && t.contains(":2 "))
                && tasks.stream()
                    .anyMatch(t -> t.startsWith("slow.1 Shutdown Running") && t.contains(":1 ")));
    Lab.poll(
        () -> lab.tasks("slow"),
        tasks ->
            tasks.stream()
                    .anyMatch(t -> t.startsWith("slow.1 Running Running") && t.contains(":2 "))
                && tasks.stream().noneMatch(t -> t.contains(" Running ") && t.contains(":1 ")));
  }

  @Test
  @Scenario("SC-092")
  @Feature({"J21"})
  void rollbackToggles() throws Exception {
    pay(1);
    lab.ok("service", "scale", "-d", "pay=2");
    for (String replicas : List.of("1", "2")) {
      lab.ok("service", "update", "-d", "--rollback", "pay");
      Lab.poll(() -> lab.inspect("pay", "{{.Spec.Mode.Replicated.Replicas}}"), replicas::equals);
    }
    lab.converged("pay");
  }

  @Test
  @Scenario({"SC-093", "SC-095"})
  @Feature({"J23", "J14", "J16", "N17"})
  void forceReplacesAllThoughNothingChanged() throws Exception {
    pay(2);
    Map<String, String> before = lab.running("pay");
    String spec = lab.inspect("pay", "{{json .Spec.TaskTemplate.ContainerSpec}}");
    lab.ok("service", "update", "-d", "--force", "pay");
    Lab.poll(() -> lab.inspect("pay", STATE), "completed"::equals);
    assertThat(lab.inspect("pay", "{{json .Spec.TaskTemplate.ContainerSpec}}")).isEqualTo(spec);
    assertThat(lab.running("pay").values()).doesNotContainAnyElementsOf(before.values());
  }

  @Test
  @Scenario({"SC-096", "SC-097"})
  @Feature({"J17", "J18", "J19", "I07"})
  void aFailingUpdatePausesAndGoesOnWhenTold() throws Exception {
    pay(3, "--update-delay", "2s");
    lab.ok("service", "update", "-d", "--update-monitor", "30s", "pay");
    Map<String, String> before = lab.running("pay");
    lab.ok("service", "update", "-d", "--force", "pay");
    String first =
        Lab.poll(
            () ->
                lab.tasks("pay", "-f", "desired-state=running").stream()
                    .filter(t -> t.contains(" Running Running "))
                    .map(t -> t.substring(t.lastIndexOf(' ') + 1))
                    .filter(id -> !before.containsValue(id))
                    .findFirst()
                    .orElse(""),
            id -> !id.isEmpty());
    lab.ok("stop", lab.ok("inspect", first, "--format", "{{.Status.ContainerStatus.ContainerID}}"));
    Lab.poll(() -> lab.inspect("pay", STATE), "paused"::equals);
    assertThat(lab.inspect("pay", "{{.UpdateStatus.Message}}"))
        .isEqualTo("update paused due to failure or early termination of task " + first);
    Lab.poll(() -> lab.replicas("pay"), "3/3"::equals);
    assertThat(lab.running("pay").values()).containsAnyElementsOf(before.values());
    lab.ok("service", "update", "-d", "--update-monitor", "100ms", "--update-delay", "0s", "pay");
    Lab.poll(
        () -> lab.running("pay"),
        now -> now.values().stream().noneMatch(before.values()::contains) && now.size() == 3);
  }

  @Test
  @Scenario("SC-098")
  @Feature({"J11", "J22"})
  void aFailingUpdateRollsBack() throws Exception {
    pay(2, "--update-failure-action", "rollback", "--rollback-monitor", "100ms");
    lab.ok(
        "service",
        "update",
        "-d",
        "--no-resolve-image",
        "--update-monitor",
        "10s",
        "--image",
        "swarm4j/needsecret",
        "pay");
    Lab.poll(() -> lab.inspect("pay", STATE), "rollback_completed"::equals);
    assertThat(lab.inspect("pay", "{{.Spec.TaskTemplate.ContainerSpec.Image}}"))
        .contains("payroll:1");
    Lab.poll(() -> lab.replicas("pay"), "2/2"::equals);
  }

  @Test
  @Scenario({"SC-099"})
  @Feature({"J16", "J25"})
  void scalingIsNotRolling() {
    pay(1);
    Map<String, String> one = lab.running("pay");
    lab.ok("service", "scale", "-d", "pay=3");
    lab.converged("pay");
    assertThat(lab.running("pay")).containsAllEntriesOf(one);
    lab.ok("service", "scale", "-d", "pay=2");
    lab.converged("pay");
    assertThat(lab.running("pay")).containsAllEntriesOf(one).hasSize(2);
  }

  @Test
  @Scenario({"SC-100", "SC-183"})
  @Feature({"J05", "J26", "J27"})
  void startFirstNeverServesWithLess() throws Exception {
    pay(2, "--update-order", "start-first", "-p", "3000:3000");
    lab.ok("service", "update", "-d", "--no-resolve-image", "--image", "swarm4j/payroll:2", "pay");
    int answers = 0;
    while (!lab.inspect("pay", STATE).equals("completed")) {
      assertThat(lab.get("m1", 3000, "/").status()).isEqualTo(200);
      answers++;
    }
    assertThat(answers).isPositive();
    assertThat(lab.get("m1", 3000, "/").status()).isEqualTo(200);
  }
}
