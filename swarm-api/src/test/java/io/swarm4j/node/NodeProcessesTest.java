package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import io.swarm4j.testing.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A swarm of six processes through the death of each of them and, where namespaces can be made,
 * through partitions of their network.
 */
@Timeout(600)
class NodeProcessesTest {
  private static final int REPLICAS = 6;

  @TempDir Path root;
  private final List<NodeProcess> all = new ArrayList<>();
  private final Set<String> written = new LinkedHashSet<>();

  /** An argument of sleep that no other test uses: tells this test's tasks from all others. */
  private final String seconds = "86" + ProcessHandle.current().pid() + ".0625";

  private Lan lan;

  private void launch(String name) {
    int number = all.size() + 1;
    if (lan == null) {
      all.add(new NodeProcess(root, name, "127.0.0.1:0", seconds, List.of()));
    } else {
      lan.add(number);
      all.add(new NodeProcess(root, name, lan.address(number) + ":2377", seconds, lan.on(number)));
    }
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
    if (lan != null) {
      lan.close();
    }
  }

  @Test
  @Feature({"C06", "C07", "C08", "C20"})
  void nothingIsLostOrDoubledThroughDeathsAndPartitions() {
    lan = Surroundings.offer(Lan.isPossible(), "root and iproute2") ? new Lan() : null;
    deploy();

    for (NodeProcess victim : List.copyOf(all)) {
      killAndBringBack(victim);
    }
    if (lan != null) {
      cutOff(List.of(indexOf(leader(all.get(0))), 3));
      cutOff(List.of(4, 5));
    }

    for (NodeProcess manager : all.subList(0, 3)) {
      assertThat(Arrays.asList(manager.ask("configs").split(","))).containsAll(written);
    }
    List<CompletableFuture<Integer>> ends =
        all.stream().map(node -> CompletableFuture.supplyAsync(node::stop)).toList();
    assertThat(ends).allSatisfy(end -> assertThat(end.join()).isZero());
    assertThat(sleepers()).as("a clean stop leaves no process").isZero();
  }

  private void deploy() {
    List.of("m1", "m2", "m3", "w1", "w2", "w3").forEach(this::launch);
    all.forEach(NodeProcess::awaitReady);
    NodeProcess first = all.get(0);
    first.ask("init");
    String address = first.ask("address");
    String managerToken = first.ask("token MANAGER");
    String workerToken = first.ask("token WORKER");
    for (NodeProcess node : all.subList(1, 6)) {
      String token = node.name.startsWith("m") ? managerToken : workerToken;
      node.ask("join " + token + " " + address);
    }
    first.ask("create web " + REPLICAS);
    assertThat(first.ask("await web")).isEqualTo("Converged");
  }

  private void killAndBringBack(NodeProcess victim) {
    victim.kill();
    NodeProcess manager = all.get(victim.name.equals("m2") ? 2 : victim.name.equals("m1") ? 1 : 0);
    write(manager, "during-" + victim.name);
    assertThat(manager.ask("await web")).isEqualTo("Converged");
    victim.start();
    victim.awaitReady();
    awaitFullCount(manager, "the death of " + victim.name);
  }

  /** Cuts a minority off: the others go on without it, and it comes back without a trace. */
  private void cutOff(List<Integer> minority) {
    NodeProcess majority =
        all.get(
            List.of(0, 1, 2).stream().filter(m -> !minority.contains(m)).findFirst().orElseThrow());
    List<Integer> numbers = minority.stream().map(index -> index + 1).toList();
    lan.cut(numbers);
    CompletableFuture<String> attempt = null;
    if (minority.get(0) < 3) { // a manager without a majority
      NodeProcess alone = all.get(minority.get(0));
      attempt = CompletableFuture.supplyAsync(() -> alone.tryAsk("config in-the-minority"));
    }
    write(majority, "while-cut-" + minority.get(0));
    for (int index : minority) {
      assertThat(majority.ask("gone " + all.get(index).name)).isEqualTo("true");
    }
    assertThat(majority.ask("await web")).isEqualTo("Converged");
    lan.heal(numbers);
    if (attempt != null && attempt.join().startsWith("OK")) {
      written.add("in-the-minority"); // confirmed once the network was whole again
    }
    awaitFullCount(majority, "the partition of " + minority);
  }

  private void write(NodeProcess manager, String config) {
    manager.ask("config " + config);
    written.add(config);
  }

  private static String leader(NodeProcess manager) {
    return Arrays.stream(manager.ask("nodes").split(","))
        .filter(node -> node.endsWith(":LEADER"))
        .map(node -> node.substring(0, node.indexOf(':')))
        .findFirst()
        .orElseThrow();
  }

  private int indexOf(String name) {
    return all.stream().map(node -> node.name).toList().indexOf(name);
  }

  /**
   * Until what the manager knows is what the machine runs: a node that is back before it was missed
   * has yet to say that its tasks are gone.
   */
  private void awaitFullCount(NodeProcess manager, String event) {
    long processes = -1;
    boolean settled = false;
    for (int round = 0; round < 600 && !(settled && processes == REPLICAS); round++) {
      settled = Boolean.parseBoolean(manager.ask("settled web " + REPLICAS));
      processes = sleepers();
    }
    assertThat(settled).as("after %s: %s", event, manager.ask("nodes")).isTrue();
    assertThat(processes).as("one process per task after %s", event).isEqualTo(REPLICAS);
    assertThat(slots(manager)).as("one task per slot after %s", event).hasSize(REPLICAS);
  }

  private static Set<String> slots(NodeProcess manager) {
    Set<String> slots = new LinkedHashSet<>();
    for (String task : manager.ask("tasks web").split(",")) {
      slots.add(task.substring(0, task.indexOf('@')));
    }
    return slots;
  }
}
