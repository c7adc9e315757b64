package io.swarm4j.node;

import io.swarm4j.model.NodeId;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Payload;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeDirectory.Memory;
import io.swarm4j.node.NodeProtocol.Group;
import io.swarm4j.raft.AddressBook;
import io.swarm4j.raft.RaftLog;
import io.swarm4j.raft.RaftMember;
import io.swarm4j.raft.RaftOptionsBuilder;
import io.swarm4j.raft.RaftTiming;
import io.swarm4j.raft.RaftTransport;
import io.swarm4j.store.Log;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A manager's share in the replicated log, and where the other managers' shares are. */
final class ManagerGroup {
  private final NodeDirectory directory;
  private final KeyVault keys;
  private final MissingKeys missing;
  private final RaftLog log;
  private final AddressBook addresses;
  private final HostPort own;
  private final Map<String, String> known = new ConcurrentHashMap<>();

  private ManagerGroup(
      NodeDirectory directory,
      KeyVault keys,
      MissingKeys missing,
      RaftLog log,
      AddressBook addresses,
      HostPort own) {
    this.directory = directory;
    this.keys = keys;
    this.missing = missing;
    this.log = log;
    this.addresses = addresses;
    this.own = own;
  }

  /** A group with this manager as its only one. */
  static ManagerGroup found(NodeSettings settings, OwnCredentials own, NodeDirectory directory) {
    Chance chance = Chance.secure();
    UUID group = new UUID(chance.nextLong(), chance.nextLong());
    KeyVault keys = KeyVault.create(directory.log(), KeyRing.create(chance));
    Memory nothing = new Memory(settings.hostname(), "", List.of());
    return of(settings, own, directory, nothing, group, keys, List.of(id(own)));
  }

  /** A group that has to add this manager yet. */
  static ManagerGroup enter(
      NodeSettings settings, OwnCredentials own, NodeDirectory directory, Group group) {
    KeyVault keys = KeyVault.create(directory.log(), KeyRing.parse(group.keys().bytes()));
    Memory nothing = new Memory(settings.hostname(), "", List.of());
    return of(settings, own, directory, nothing, UUID.fromString(group.id()), keys, List.of());
  }

  /** The group that this manager was part of before it was restarted; null if of none. */
  static @Nullable ManagerGroup rejoin(
      NodeSettings settings, OwnCredentials own, NodeDirectory directory, Memory memory) {
    Optional<UUID> group = RaftLog.groupIn(directory.log());
    if (group.isEmpty()) {
      return null;
    }
    KeyVault keys = KeyVault.open(directory.log(), directory.unlockKey());
    return of(settings, own, directory, memory, group.get(), keys, List.of());
  }

  private static ManagerGroup of(
      NodeSettings settings,
      OwnCredentials own,
      NodeDirectory directory,
      Memory memory,
      UUID group,
      KeyVault keys,
      List<String> founders) {
    HostPort address = address(settings, memory);
    AddressBook addresses = new AddressBook();
    memory.peers().forEach((id, peer) -> addresses.put(id, HostPort.parse(peer).resolve()));
    addresses.put(id(own), address.resolve());
    MissingKeys missing = new MissingKeys();
    RaftLog log =
        new RaftLog(
            RaftOptionsBuilder.builder()
                .id(id(own))
                .group(group)
                .directory(directory.log())
                .founders(founders)
                .transport(
                    new RaftTransport.Tcp(
                        new InetSocketAddress(settings.listen().host(), address.port()),
                        addresses,
                        NodeTls.raft(own, settings.time())))
                .timing(RaftTiming.LAN)
                .keys(keys)
                .missingKeys(missing)
                .time(settings.time())
                .build());
    return new ManagerGroup(directory, keys, missing, log, addresses, address);
  }

  private static String id(OwnCredentials own) {
    return own.credentials().identity().node().toString();
  }

  /** The port of the last time, else the one after the node API's. */
  private static HostPort address(NodeSettings settings, Memory memory) {
    int port =
        !memory.raft().isEmpty()
            ? HostPort.parse(memory.raft()).port()
            : settings.listen().port() == 0 ? freePort(settings) : settings.listen().port() + 1;
    return Advertised.address(settings, port).withPort(port);
  }

  private static int freePort(NodeSettings settings) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(settings.listen().host(), 0));
      return probe.getLocalPort();
    } catch (IOException none) {
      throw new UnavailableException("there is no free port at " + settings.listen(), none);
    }
  }

  Log log() {
    return log;
  }

  /** Asks through {@code calls} for data keys that this manager has missed. */
  void askForKeysBy(LeaderCalls calls) {
    missing.askBy(calls);
  }

  /** Locks this manager's files with a key, or opens them for good; whether that is news. */
  boolean lock(@Nullable UnlockKey key) {
    return directory.lock(keys, key);
  }

  /** Completes once this manager has all that was committed when this was called. */
  CompletionStage<Void> barrier() {
    try {
      return log.barrier();
    } catch (UnavailableException closed) {
      return CompletableFuture.failedFuture(closed);
    }
  }

  /** Encrypts with a new data key from now on. On the leader. */
  CompletionStage<Void> rotateKeys() {
    return log.rotateKeys();
  }

  /** Where other managers find this one's share. */
  HostPort address() {
    return own;
  }

  /** What a new manager is told. */
  Group invitation() {
    return new Group(log.group().toString(), new Payload(log.keys().toBytes()));
  }

  /** Which manager leads, as far as this one knows. */
  @Nullable NodeId leader() {
    return log.leader().map(NodeId::parse).orElse(null);
  }

  /** Managers whose share in the log answers this one's. On the leader. */
  Set<NodeId> answering() {
    return log.members().stream()
        .filter(RaftMember::reachable)
        .map(member -> NodeId.parse(member.id()))
        .collect(Collectors.toSet());
  }

  /** Learns where a manager's share is found; returns whether that is news. Does not block. */
  boolean learn(NodeId manager, String address) {
    if (address.isEmpty() || address.equals(known.put(manager.toString(), address))) {
      return false;
    }
    if (!address.equals(own.toString())) {
      addresses.put(manager.toString(), HostPort.parse(address).resolve());
    }
    return true;
  }

  /** Keeps what was learnt over a restart. */
  void remember() {
    directory.update(memory -> memory.withRaft(own.toString(), known));
  }

  /** Adds a manager, unless it is there. On the leader. */
  CompletionStage<Void> add(NodeId manager) {
    boolean there = log.members().stream().map(RaftMember::id).anyMatch(manager.toString()::equals);
    return there ? CompletableFuture.completedFuture(null) : log.add(manager.toString());
  }

  /** Removes a manager, if it is there. On the leader. */
  CompletionStage<Void> remove(NodeId manager) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    log.remove(manager.toString())
        .whenComplete(
            (gone, failure) -> {
              if (failure == null || Statuses.unwrap(failure) instanceof NotFoundException) {
                done.complete(null);
              } else {
                done.completeExceptionally(Statuses.unwrap(failure));
              }
            });
    return done;
  }
}
