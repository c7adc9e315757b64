package io.swarm4j.store;

import io.swarm4j.model.Check;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ClusterId;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigId;
import io.swarm4j.model.Id;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.store.Tables.Name;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Edits on top of a view, with a journal of every single change; ends as a {@link LogEntry} and a
 * new view.
 */
public final class StoreTransaction implements Transaction {
  /** Bytes of secrets and configs from which a transaction is full. */
  private static final int FULL_PAYLOAD = 3 << 19; // 1.5 MiB

  /** What a request may carry at most, lest its entry is longer than a log takes. */
  private static final int MOST_PAYLOAD = 6 << 20;

  private final Tables base;
  private final long revision;
  private final Instant now;
  private final int fullSize;
  private final Meta newMeta;
  private final List<Change> journal = new ArrayList<>();
  private final List<Long> requests = new ArrayList<>(0);
  private int payloadBytes;
  private Cluster cluster;
  private TaskTable tasks;
  private PersistentMap<ServiceId, Service> services;
  private PersistentMap<NodeId, Node> nodes;
  private PersistentMap<NetworkId, Network> networks;
  private PersistentMap<SecretId, Secret> secrets;
  private PersistentMap<ConfigId, Config> configs;
  private PersistentMap<Name, Id> names;
  private @Nullable Meta lastMeta;
  private boolean deleted;
  private boolean touchedAgain;

  /**
   * Starts on top of {@code base}.
   *
   * @param now time stamped on what is written
   * @param fullSize number of changes from which {@link #isFull()} holds
   */
  public StoreTransaction(View base, Instant now, int fullSize) {
    this(base.tables(), base.revision() + 1, now, fullSize);
  }

  private StoreTransaction(Tables base, long revision, Instant now, int fullSize) {
    this.base = base;
    this.revision = revision;
    this.now = now;
    this.fullSize = fullSize;
    this.newMeta = new Meta(revision, now, now);
    this.cluster = base.cluster();
    this.tasks = new TaskTable(base);
    this.services = base.services();
    this.nodes = base.nodes();
    this.networks = base.networks();
    this.secrets = base.secrets();
    this.configs = base.configs();
    this.names = base.names();
  }

  /** The state that consists of the given objects as they stand. */
  static View load(long revision, Iterable<StoreObject> objects) {
    StoreTransaction tx =
        new StoreTransaction(Tables.EMPTY, revision, Instant.EPOCH, Integer.MAX_VALUE);
    for (StoreObject object : objects) {
      tx.write(object, null);
      tx.journal.clear();
    }
    return tx.result();
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public int size() {
    return journal.size();
  }

  @Override
  public boolean isFull() {
    return journal.size() >= fullSize || payloadBytes >= FULL_PAYLOAD;
  }

  /** Every single change so far, in order; several of one object stand one by one. */
  public List<Change> journal() {
    return journal;
  }

  @Override
  @SuppressWarnings("unchecked") // withMeta returns the type that it is called on
  public <T extends StoreObject> T put(T object) {
    requireRoom(Payloads.bytes(object));
    StoreObject before = object(object.id());
    if (object instanceof Task task && before instanceof Task old) {
      requireForward(old, task);
    } else if (object instanceof Service service && before instanceof Service old) {
      requireSpecs(old, service);
    }
    T stored = (T) object.withMeta(before == null ? newMeta : updated(before.meta()));
    write(stored, before);
    return stored;
  }

  private void requireRoom(int bytes) {
    Check.of("request")
        .that(
            payloadBytes + bytes <= MOST_PAYLOAD,
            "data",
            (payloadBytes + bytes) + " bytes of secrets and configs",
            "at most " + MOST_PAYLOAD + " at a time: create some of them first")
        .orThrow();
    payloadBytes += bytes;
  }

  private Meta updated(Meta before) {
    if (lastMeta == null || !lastMeta.createdAt().equals(before.createdAt())) {
      lastMeta =
          new Meta(revision, before.createdAt(), now); // shared by all that were created together
    }
    return lastMeta;
  }

  private static void requireForward(Task before, Task after) {
    if (after.state().isBefore(before.state())
        || after.desiredState().isBefore(before.desiredState())) {
      throw new IllegalStateException(
          "task "
              + after.id()
              + " would go back from "
              + before.state()
              + "/"
              + before.desiredState()
              + " to "
              + after.state()
              + "/"
              + after.desiredState());
    }
  }

  private void requireSpecs(Service before, Service after) {
    Set<Long> dropped = new LinkedHashSet<>();
    before.history().stream()
        .map(Service.SpecRevision::version)
        .filter(version -> after.specAt(version) == null)
        .forEach(dropped::add);
    if (after.specAt(before.specVersion()) == null) {
      dropped.add(before.specVersion());
    }
    if (!dropped.isEmpty()) {
      dropped.retainAll(specVersionsInUse(before.id()));
    }
    if (!dropped.isEmpty()) {
      throw new IllegalStateException(
          "service " + after.name() + " would lose spec versions " + dropped + ", which tasks run");
    }
  }

  private void write(StoreObject object, @Nullable StoreObject before) {
    if (object instanceof Task task) {
      tasks.put(task);
    } else if (object instanceof Service service) {
      services = services.put(service.id(), service);
      indexService(service, (Service) before);
    } else if (object instanceof Node node) {
      nodes = nodes.put(node.id(), node);
    } else if (object instanceof Network network) {
      networks = networks.put(network.id(), network);
      names = names.put(Name.of(Name.Kind.NETWORK, network.name()), network.id());
    } else if (object instanceof Secret secret) {
      secrets = secrets.put(secret.id(), secret);
      Secret latest = secretNamed(secret.spec().name());
      if (latest == null || latest.version() <= secret.version()) {
        names = names.put(Name.of(Name.Kind.SECRET, secret.spec().name()), secret.id());
      }
    } else if (object instanceof Config config) {
      configs = configs.put(config.id(), config);
      Config latest = configNamed(config.spec().name());
      if (latest == null || latest.version() <= config.version()) {
        names = names.put(Name.of(Name.Kind.CONFIG, config.spec().name()), config.id());
      }
    } else {
      cluster = (Cluster) object;
    }
    note(before, object);
  }

  private void note(@Nullable StoreObject before, @Nullable StoreObject after) {
    touchedAgain |= before == null ? deleted : before.meta().version() == revision;
    deleted |= after == null;
    journal.add(new Change(before, after));
  }

  private void indexService(Service service, @Nullable Service before) {
    Name name = Name.of(Name.Kind.SERVICE, service.name());
    if (!service.isRemoved()) {
      names = names.put(name, service.id());
    } else if (before != null && service.id().equals(names.get(name))) {
      names = names.remove(name);
    }
  }

  @Override
  public void delete(Id id) {
    StoreObject before = object(id);
    if (before == null) {
      return;
    }
    if (id instanceof TaskId task) {
      tasks.remove(task);
    } else if (before instanceof Service service) {
      services = services.remove(service.id());
      forget(Name.Kind.SERVICE, service.name(), service.id());
    } else if (id instanceof NodeId node) {
      nodes = nodes.remove(node);
    } else if (before instanceof Network network) {
      networks = networks.remove(network.id());
      forget(Name.Kind.NETWORK, network.name(), network.id());
    } else if (before instanceof Secret secret) {
      secrets = secrets.remove(secret.id());
      forget(Name.Kind.SECRET, secret.spec().name(), secret.id());
      secrets().stream()
          .filter(other -> other.spec().name().equalsIgnoreCase(secret.spec().name()))
          .max((a, b) -> Integer.compare(a.version(), b.version()))
          .ifPresent(
              latest ->
                  names = names.put(Name.of(Name.Kind.SECRET, latest.spec().name()), latest.id()));
    } else if (before instanceof Config config) {
      configs = configs.remove(config.id());
      forget(Name.Kind.CONFIG, config.spec().name(), config.id());
      configs().stream()
          .filter(other -> other.spec().name().equalsIgnoreCase(config.spec().name()))
          .max((a, b) -> Integer.compare(a.version(), b.version()))
          .ifPresent(
              latest ->
                  names = names.put(Name.of(Name.Kind.CONFIG, latest.spec().name()), latest.id()));
    } else {
      throw new IllegalArgumentException("the cluster object can not be deleted");
    }
    note(before, null);
  }

  private void forget(Name.Kind kind, String name, Id id) {
    Name key = Name.of(kind, name);
    if (id.equals(names.get(key))) {
      names = names.remove(key);
    }
  }

  /** Applies an entry that a leader made, as it stands. */
  void replay(LogEntry entry) {
    for (StoreObject object : entry.puts()) {
      StoreObject before = object instanceof Cluster ? cluster : object(object.id());
      StoreObject after =
          object instanceof Service service && before instanceof Service earlier
              ? service.sharingSpecsOf(earlier)
              : object;
      write(after, before);
    }
    entry.deletes().forEach(this::delete);
  }

  /**
   * The journal reduced to one change per object, in the order in which objects were first touched.
   */
  public List<Change> netChanges() {
    if (!touchedAgain) {
      return new ArrayList<>(journal);
    }
    Map<Id, Change> net = new LinkedHashMap<>(journal.size() * 2);
    for (Change change : journal) {
      Change earlier = net.put(change.id(), change);
      if (earlier != null) {
        net.put(change.id(), new Change(earlier.before(), change.after()));
      }
    }
    List<Change> changes = new ArrayList<>(net.size());
    for (Change change : net.values()) {
      if (change.before() != null || change.after() != null) {
        changes.add(change);
      }
    }
    return changes;
  }

  /** Notes that what another manager's request did is part of this. */
  public void carries(long request) {
    requests.add(request);
  }

  /** The log entry that makes every replica do the same. */
  LogEntry toEntry(long term, List<Change> net) {
    List<StoreObject> puts = new ArrayList<>(net.size());
    List<Id> deletes = new ArrayList<>();
    for (Change change : net) {
      if (change.after() != null) {
        puts.add(change.after());
      } else {
        deletes.add(Objects.requireNonNull(change.before()).id());
      }
    }
    return new LogEntry(term, revision, now, puts, deletes, List.copyOf(requests));
  }

  /** The state that this transaction leads to; editing may go on afterwards. */
  public View result() {
    TaskTable.Frozen frozen = tasks.freeze();
    return new View(
        new Tables(
            revision,
            cluster,
            frozen.tasks(),
            services,
            nodes,
            networks,
            secrets,
            configs,
            frozen.slots(),
            frozen.onNode(),
            names));
  }

  /** A point to which {@link #rollback} returns. */
  public Savepoint savepoint() {
    return new Savepoint(
        journal.isEmpty() ? new View(base) : result(),
        journal.size(),
        requests.size(),
        payloadBytes);
  }

  /** Undoes all that was written since {@code savepoint}. */
  public void rollback(Savepoint savepoint) {
    Tables to = savepoint.state.tables();
    cluster = to.cluster();
    tasks = new TaskTable(to);
    services = to.services();
    nodes = to.nodes();
    networks = to.networks();
    secrets = to.secrets();
    configs = to.configs();
    names = to.names();
    journal.subList(savepoint.journalSize, journal.size()).clear();
    requests.subList(savepoint.requestCount, requests.size()).clear();
    payloadBytes = savepoint.payloadBytes;
  }

  /** A point inside a transaction. */
  public record Savepoint(View state, int journalSize, int requestCount, int payloadBytes) {}

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public Cluster cluster() {
    return cluster;
  }

  @Override
  public @Nullable StoreObject object(Id id) {
    return id instanceof ClusterId ? cluster : Transaction.super.object(id);
  }

  @Override
  public @Nullable Task task(TaskId id) {
    return tasks.get(id);
  }

  @Override
  public @Nullable Service service(ServiceId id) {
    return services.get(id);
  }

  @Override
  public @Nullable Node node(NodeId id) {
    return nodes.get(id);
  }

  @Override
  public @Nullable Network network(NetworkId id) {
    return networks.get(id);
  }

  @Override
  public @Nullable Secret secret(SecretId id) {
    return secrets.get(id);
  }

  @Override
  public @Nullable Config config(ConfigId id) {
    return configs.get(id);
  }

  @Override
  public @Nullable Service serviceNamed(String name) {
    return names.get(Name.of(Name.Kind.SERVICE, name)) instanceof ServiceId id ? service(id) : null;
  }

  @Override
  public @Nullable Network networkNamed(String name) {
    return names.get(Name.of(Name.Kind.NETWORK, name)) instanceof NetworkId id ? network(id) : null;
  }

  @Override
  public @Nullable Secret secretNamed(String name) {
    return names.get(Name.of(Name.Kind.SECRET, name)) instanceof SecretId id ? secret(id) : null;
  }

  @Override
  public @Nullable Config configNamed(String name) {
    return names.get(Name.of(Name.Kind.CONFIG, name)) instanceof ConfigId id ? config(id) : null;
  }

  @Override
  public List<Service> services() {
    return listed(services);
  }

  @Override
  public List<Node> nodes() {
    return listed(nodes);
  }

  @Override
  public List<Network> networks() {
    return listed(networks);
  }

  @Override
  public List<Secret> secrets() {
    return listed(secrets);
  }

  @Override
  public List<Config> configs() {
    return listed(configs);
  }

  @Override
  public List<Task> tasks() {
    return result().tasks();
  }

  @Override
  public int taskCount() {
    return tasks.size();
  }

  @Override
  public List<Task> tasksOf(ServiceId service) {
    return tasks.of(service);
  }

  @Override
  public List<Task> tasksIn(ServiceId service, SlotKey slot) {
    return tasks.in(service, slot);
  }

  @Override
  public List<SlotKey> slotsOf(ServiceId service) {
    return tasks.slotsOf(service);
  }

  @Override
  public List<Task> tasksOn(NodeId node) {
    return tasks.on(node);
  }

  private static <T> List<T> listed(PersistentMap<?, T> table) {
    List<T> list = new ArrayList<>(table.size());
    table.forEach((id, object) -> list.add(object));
    return list;
  }
}
