package io.swarm4j.raft;

import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.time.Chance;
import io.swarm4j.time.RealTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;

/** Managers of one JVM, each with a directory of its own. */
final class TestGroup implements AutoCloseable {
  final TestNetwork network = new TestNetwork();
  final Path directory;
  private final UUID group = UUID.randomUUID();
  private final KeyRing keys = KeyRing.create(Chance.secure());
  private final Map<String, TestManager> managers = new ConcurrentSkipListMap<>();
  private long snapshotAfter = RaftOptions.SNAPSHOT_AFTER;

  TestGroup(Path directory) {
    this.directory = directory;
  }

  TestGroup snapshotAfter(long bytes) {
    snapshotAfter = bytes;
    return this;
  }

  RaftOptions options(String id, String... founders) {
    Path mine = directory.resolve(id);
    return new RaftOptions(
        id,
        group,
        mine,
        List.of(founders),
        new RaftTransport.InJvm(network),
        RaftTiming.IN_PROCESS,
        KeyVault.isIn(mine) ? KeyVault.open(mine, null) : KeyVault.create(mine, keys),
        this::newestKeys,
        snapshotAfter,
        new RealTime());
  }

  private KeyRing newestKeys() {
    return managers.values().stream()
        .map(manager -> manager.log.keys())
        .max(Comparator.comparingInt(KeyRing::newest))
        .orElseThrow();
  }

  /** Starts a new group of these managers. */
  TestGroup found(String... ids) {
    for (String id : ids) {
      start(options(id, ids));
    }
    return this;
  }

  TestManager start(RaftOptions options) {
    TestManager manager = new TestManager(options);
    managers.put(options.id(), manager);
    return manager.open();
  }

  /** Starts a manager with what is on its disk. */
  TestManager restart(String id) {
    return start(options(id));
  }

  void stop(String id) {
    managers.remove(id).close();
  }

  TestManager get(String id) {
    return managers.get(id);
  }

  /** Waits until one of the managers leads, and returns it. */
  TestManager awaitLeader() throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < deadline) {
      for (TestManager manager : managers.values()) {
        if (manager.leads() && !network.isCut(manager.id())) {
          return manager;
        }
      }
      Thread.sleep(5);
    }
    throw new AssertionError("nobody leads of " + managers.keySet());
  }

  /** Waits until one of the managers leads in a later term. */
  TestManager awaitLeaderAfter(long term) throws Exception {
    for (TestManager leader = awaitLeader(); ; leader = awaitLeader()) {
      if (leader.term() > term) {
        return leader;
      }
      Thread.sleep(5);
    }
  }

  /** Waits until every manager has a service. A manager that never had an entry elects nobody. */
  void awaitOnAll(String service) throws Exception {
    for (TestManager manager : all()) {
      manager.await("service " + service, copy -> copy.has(service));
    }
  }

  /** One of those that do not lead. */
  TestManager follower() throws Exception {
    TestManager leader = awaitLeader();
    return managers.values().stream().filter(one -> one != leader).findFirst().orElseThrow();
  }

  List<TestManager> all() {
    return List.copyOf(managers.values());
  }

  @Override
  public void close() {
    managers.values().forEach(TestManager::close);
  }
}
