package io.swarm4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Thousands of random writes, savepoints and rollbacks: the indexes must tell what a look at every
 * object tells, and a follower that replays the entries must end up with equal tables.
 */
class StoreRandomTest {
  private static final int TRANSACTIONS = 400;
  private static final int MOST_WRITES = 20;

  private Chance chance = Chance.seeded(0);
  private Ids ids = new Ids(chance);
  private final List<NodeId> nodes = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void indexesAreTrueAndFollowersEqual(long seed) {
    chance = Chance.seeded(seed);
    ids = new Ids(chance.fork());
    for (int i = 0; i < 5; i++) {
      nodes.add(ids.node());
    }
    View leader = View.EMPTY;
    View follower = View.EMPTY;
    for (int i = 0; i < TRANSACTIONS; i++) {
      Instant now = Instant.ofEpochSecond(i);
      StoreTransaction tx = new StoreTransaction(leader, now, 100);
      write(tx);
      if (chance.withProbability(0.3)) {
        StoreTransaction.Savepoint savepoint = tx.savepoint();
        write(tx);
        tx.rollback(savepoint);
        write(tx);
      }
      LogEntry entry = tx.toEntry(1, tx.netChanges());
      leader = tx.result();
      StoreTransaction replay = new StoreTransaction(follower, entry.at(), Integer.MAX_VALUE);
      replay.replay(entry);
      follower = replay.result();
      assertThat(follower.tables()).isEqualTo(leader.tables());
      if (i % 20 == 0) {
        requireTrueIndexes(leader);
      }
    }
    requireTrueIndexes(leader);
    assertThat(leader.taskCount()).isPositive();
  }

  private void write(StoreTransaction tx) {
    int writes = chance.nextInt(MOST_WRITES);
    for (int i = 0; i < writes; i++) {
      switch (chance.nextInt(12)) {
        case 0 -> newService(tx);
        case 1 -> any(tx.services()).forEach(service -> endService(tx, service));
        case 2 -> put(tx, "secret");
        case 3 -> any(tx.secrets()).forEach(secret -> tx.delete(secret.id()));
        case 4 -> put(tx, "config");
        case 5 -> any(tx.configs()).forEach(config -> tx.delete(config.id()));
        case 6 -> network(tx);
        case 7, 8, 9 -> any(tx.services()).forEach(service -> newTask(tx, service));
        case 10 -> any(tx.tasks()).forEach(task -> advance(tx, task));
        default -> any(tx.tasks()).forEach(task -> tx.delete(task.id()));
      }
    }
  }

  private <T> List<T> any(List<T> all) {
    return all.isEmpty() ? List.of() : List.of(all.get(chance.nextInt(all.size())));
  }

  private String name() {
    String name = "name" + chance.nextInt(6);
    return chance.withProbability(0.5) ? name : name.toUpperCase(Locale.ROOT);
  }

  private void newService(StoreTransaction tx) {
    String name = name();
    if (tx.serviceNamed(name) == null) {
      tx.put(Service.create(ids.service(), ServiceSpec.of(name, "nginx")));
    }
  }

  private void endService(StoreTransaction tx, Service service) {
    if (!service.isRemoved()) {
      tx.put(service.withRemoved(tx.now()));
    } else if (tx.tasksOf(service.id()).isEmpty()) {
      tx.delete(service.id());
    } else {
      tx.put(service.withPreviousVersion(chance.nextInt(9)));
    }
  }

  private void put(StoreTransaction tx, String kind) {
    int version = 1 + chance.nextInt(1_000_000);
    if (kind.equals("secret")) {
      tx.put(new Secret(ids.secret(), Meta.NEW, SecretSpec.of(name(), "text"), version));
    } else {
      ConfigSpec spec = new ConfigSpec(name(), Map.of(), Payload.of("text"), false);
      tx.put(new Config(ids.config(), Meta.NEW, spec, version));
    }
  }

  private void network(StoreTransaction tx) {
    String name = name();
    Network present = tx.networkNamed(name);
    if (present == null) {
      tx.put(Network.create(ids.network(), NetworkSpec.overlay(name)));
    } else {
      tx.delete(present.id());
    }
  }

  private void newTask(StoreTransaction tx, Service service) {
    NodeId node = chance.withProbability(0.5) ? nodes.get(chance.nextInt(nodes.size())) : null;
    tx.put(StoreTest.task(ids, service.id(), chance.nextInt(5), node));
  }

  private void advance(StoreTransaction tx, Task task) {
    Task placed =
        task.nodeId() == null ? task.withNodeId(nodes.get(chance.nextInt(nodes.size()))) : task;
    TaskState[] states = TaskState.values();
    int from = task.state().ordinal();
    TaskState next = states[from + chance.nextInt(states.length - from)];
    tx.put(placed.withStatus(TaskStatus.of(next, tx.now(), "")));
  }

  private static void requireTrueIndexes(View view) {
    Map<ServiceId, Map<SlotKey, Set<TaskId>>> slots = new HashMap<>();
    Map<NodeId, Set<TaskId>> onNode = new HashMap<>();
    for (Task task : view.tasks()) {
      slots
          .computeIfAbsent(task.serviceId(), id -> new HashMap<>())
          .computeIfAbsent(task.slot(), key -> new HashSet<>())
          .add(task.id());
      if (task.nodeId() != null) {
        onNode.computeIfAbsent(task.nodeId(), id -> new HashSet<>()).add(task.id());
      }
    }
    Map<ServiceId, Map<SlotKey, Set<TaskId>>> slotIndex = new HashMap<>();
    view.tables()
        .slots()
        .forEach(
            (service, keys) ->
                keys.forEach(
                    (key, tasks) ->
                        slotIndex
                            .computeIfAbsent(service, id -> new HashMap<>())
                            .put(key, new HashSet<>(tasks))));
    Map<NodeId, Set<TaskId>> nodeIndex = new HashMap<>();
    view.tables()
        .onNode()
        .forEach(
            (node, tasks) -> {
              Set<TaskId> copy = new HashSet<>();
              tasks.forEach(copy::add);
              nodeIndex.put(node, copy);
            });
    assertThat(slotIndex).isEqualTo(slots);
    assertThat(nodeIndex).isEqualTo(onNode);
    requireTrueNames(view);
  }

  private static void requireTrueNames(View view) {
    Map<String, Object> names = new HashMap<>();
    view.services().stream()
        .filter(service -> !service.isRemoved())
        .forEach(service -> names.put("SERVICE " + lower(service.name()), service.id()));
    view.networks().forEach(network -> names.put("NETWORK " + lower(network.name()), network.id()));
    latest(view.secrets(), secret -> secret.spec().name(), Comparator.comparingInt(Secret::version))
        .forEach((name, secret) -> names.put("SECRET " + name, secret.id()));
    latest(view.configs(), config -> config.spec().name(), Comparator.comparingInt(Config::version))
        .forEach((name, config) -> names.put("CONFIG " + name, config.id()));
    Map<String, Object> index = new HashMap<>();
    view.tables()
        .names()
        .forEach((name, id) -> index.put(name.kind() + " " + name.lowerCase(), id));
    assertThat(index).isEqualTo(names);
  }

  private static <T> Map<String, T> latest(
      List<T> all, Function<T, String> name, Comparator<T> byVersion) {
    return all.stream()
        .collect(
            Collectors.toMap(
                object -> lower(name.apply(object)),
                Function.identity(),
                (a, b) -> byVersion.compare(a, b) > 0 ? a : b));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
