package io.swarm4j.internal;

import io.swarm4j.NodeOptions;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.raft.JvmNetwork;
import io.swarm4j.raft.RaftLog;
import io.swarm4j.raft.RaftOptionsBuilder;
import io.swarm4j.raft.RaftTiming;
import io.swarm4j.raft.RaftTransport;
import io.swarm4j.store.Log;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.file.DurableLog;
import io.swarm4j.store.file.OpenOptions;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.time.Chance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The logs of a swarm's managers: in memory, in the files of a single manager, or replicated among
 * several, each with a directory of its own.
 */
final class ManagerLogs {

  private ManagerLogs() {}

  static List<? extends Log> of(EngineOptions options) {
    List<String> managers =
        options.nodes().stream()
            .filter(node -> node.role() == NodeRole.MANAGER)
            .map(NodeOptions::name)
            .toList();
    Path directory = options.dataDirectory();
    if (directory == null) {
      return MemoryLog.group(managers.size());
    }
    boolean replicated = RaftLog.groupIn(directory.resolve(managers.get(0))).isPresent();
    if (managers.size() == 1 && !replicated) {
      return List.of(new DurableLog(directory, OpenOptions.defaults(), null, options.time()));
    }
    if (DurableLog.isIn(directory)) {
      throw new ConflictException(
          directory
              + " holds the state of a swarm with a single manager; start it with one manager, or"
              + " use another directory");
    }
    return replicated(options, directory, managers);
  }

  private static List<RaftLog> replicated(
      EngineOptions options, Path directory, List<String> managers) {
    UUID group = groupOf(directory, managers);
    boolean founding = group == null;
    KeyRing keys = null;
    JvmNetwork network = new JvmNetwork();
    List<RaftLog> logs = new ArrayList<>();
    Chance chance = options.time().newChance();
    UUID present = group == null ? new UUID(chance.nextLong(), chance.nextLong()) : group;
    for (String manager : managers) {
      Path own = directory.resolve(manager);
      KeyVault vault =
          KeyVault.isIn(own)
              ? KeyVault.open(own, null)
              : KeyVault.create(own, keys != null ? keys : KeyRing.create(Chance.secure()));
      keys = vault.ring();
      logs.add(
          new RaftLog(
              RaftOptionsBuilder.builder()
                  .id(manager)
                  .group(present)
                  .directory(own)
                  .founders(founding ? managers : List.of())
                  .transport(new RaftTransport.InJvm(network))
                  .timing(RaftTiming.IN_PROCESS)
                  .keys(vault)
                  .missingKeys(() -> newest(logs))
                  .time(options.time())
                  .build()));
    }
    return logs;
  }

  /** The keys of the manager that knows of most. */
  private static KeyRing newest(List<RaftLog> logs) {
    return logs.stream()
        .map(RaftLog::keys)
        .max(Comparator.comparingInt(KeyRing::newest))
        .orElseThrow();
  }

  /** The group that managers belonged to in an earlier life of the swarm; null for a new one. */
  private static @Nullable UUID groupOf(Path directory, List<String> managers) {
    List<UUID> groups =
        managers.stream()
            .map(manager -> RaftLog.groupIn(directory.resolve(manager)).orElse(null))
            .toList();
    if (groups.stream().allMatch(Objects::isNull)) {
      return null;
    }
    for (int i = 0; i < groups.size(); i++) {
      if (!Objects.equals(groups.get(i), groups.get(0))) {
        throw new ConflictException(
            String.format(
                "%s belongs to group %s and %s to %s; start the swarm with the managers that it"
                    + " had, and promote others then",
                directory.resolve(managers.get(0)),
                groups.get(0),
                directory.resolve(managers.get(i)),
                groups.get(i) == null ? "none yet" : groups.get(i)));
      }
    }
    return groups.get(0);
  }
}
