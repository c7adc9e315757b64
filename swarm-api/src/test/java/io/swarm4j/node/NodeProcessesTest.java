package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A swarm of six processes through the death of each of them. */
@Timeout(600)
class NodeProcessesTest {
  private static final int REPLICAS = 6;

  @TempDir Path root;
  private final List<NodeProcess> all = new ArrayList<>();

  /** An argument of sleep that no other test uses: tells this test's tasks from all others. */
  private final String seconds = "86" + ProcessHandle.current().pid() + ".0625";

  private NodeProcess start(String name) {
    NodeProcess node = new NodeProcess(root, name, "127.0.0.1:0", seconds, List.of());
    all.add(node);
    return node;
  }

  private long sleepers() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").endsWith("sleep " + seconds))
        .count();
  }

  @AfterEach
  void tearDown() {
    all.forEach(NodeProcess::close);
    ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").endsWith("sleep " + seconds))
        .forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  @Feature({"C07", "C08"})
  void nothingIsLostOrDoubledWhenEachNodeIsKilledInTurn() {
    NodeProcess first = start("m1");
    first.ask("init");
    String address = first.ask("address");
    String managerToken = first.ask("token MANAGER");
    String workerToken = first.ask("token WORKER");
    for (String name : List.of("m2", "m3", "w1", "w2", "w3")) {
      start(name)
          .ask("join " + (name.startsWith("m") ? managerToken : workerToken) + " " + address);
    }
    first.ask("create web " + REPLICAS);
    assertThat(first.ask("await web")).isEqualTo("Converged");

    Set<String> written = new LinkedHashSet<>();
    for (NodeProcess victim : List.copyOf(all)) {
      victim.kill();
      NodeProcess manager =
          all.get(victim.name.equals("m2") ? 2 : victim.name.equals("m1") ? 1 : 0);
      String config = "during-" + victim.name;
      manager.ask("config " + config);
      written.add(config);
      assertThat(manager.ask("await web")).isEqualTo("Converged");
      victim.start();
      awaitFullCount(manager, victim.name);
      assertThat(slots(manager)).as("one task per slot").hasSize(REPLICAS);
    }

    for (NodeProcess manager : all.subList(0, 3)) {
      assertThat(Arrays.asList(manager.ask("configs").split(","))).containsAll(written);
    }
    for (NodeProcess node : all) {
      assertThat(node.stop()).isZero();
    }
    assertThat(sleepers()).as("a clean stop leaves no process").isZero();
  }

  /**
   * Until what the manager knows is what the machine runs: a node that is back before it was missed
   * has yet to say that its tasks are gone.
   */
  private void awaitFullCount(NodeProcess manager, String victim) {
    long processes = -1;
    boolean settled = false;
    for (int round = 0; round < 600 && !(settled && processes == REPLICAS); round++) {
      settled = Boolean.parseBoolean(manager.ask("settled web " + REPLICAS));
      processes = sleepers();
    }
    assertThat(settled).as("after the death of %s: %s", victim, manager.ask("nodes")).isTrue();
    assertThat(processes)
        .as("one process per task after the death of %s", victim)
        .isEqualTo(REPLICAS);
  }

  private static Set<String> slots(NodeProcess manager) {
    Set<String> slots = new LinkedHashSet<>();
    for (String task : manager.ask("tasks web").split(",")) {
      slots.add(task.substring(0, task.indexOf('@')));
    }
    return slots;
  }
}
