package io.swarm4j.store;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigId;
import io.swarm4j.model.Id;
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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state at one revision; never changes, costs nothing to take or to keep, and may be read by
 * any thread.
 */
public final class View implements State {

  /** Before anything was stored. */
  public static final View EMPTY = new View(Tables.EMPTY);

  private final Tables tables;

  View(Tables tables) {
    this.tables = tables;
  }

  /**
   * The state that consists of the given objects, for reading snapshots.
   *
   * @param revision the revision that it had
   * @param objects all objects, the cluster among them, as stored
   */
  public static View of(long revision, Iterable<StoreObject> objects) {
    return StoreTransaction.load(revision, objects);
  }

  /** The state that a committed entry leads to from here. */
  public View after(LogEntry entry) {
    StoreTransaction tx = new StoreTransaction(this, entry.at(), Integer.MAX_VALUE);
    tx.replay(entry);
    return tx.result();
  }

  /** All objects of this state, for writing snapshots; those that others refer to come first. */
  public Iterable<StoreObject> objects() {
    List<StoreObject> all = new ArrayList<>(taskCount() + 64);
    all.add(cluster());
    all.addAll(nodes());
    all.addAll(networks());
    all.addAll(secrets());
    all.addAll(configs());
    all.addAll(services());
    all.addAll(tasks());
    return all;
  }

  Tables tables() {
    return tables;
  }

  @Override
  public long revision() {
    return tables.revision();
  }

  /**
   * Whether neither a service nor a network was written between this view and {@code other}; takes
   * constant time. What is derived from them alone then still holds.
   */
  public boolean sharesServicesAndNetworksWith(View other) {
    return tables.services() == other.tables.services()
        && tables.networks() == other.tables.networks();
  }

  /**
   * Whether no network, secret or config was written between this view and {@code other}; takes
   * constant time. What a spec names then still has the same id.
   */
  public boolean sharesReferencesWith(View other) {
    return tables.networks() == other.tables.networks()
        && tables.secrets() == other.tables.secrets()
        && tables.configs() == other.tables.configs();
  }

  /**
   * A view that {@link #sharesReferencesWith} tells from others as it does this one, and that holds
   * on to nothing else; to be kept instead of it.
   */
  public View referencesOnly() {
    Tables none = Tables.EMPTY;
    return new View(
        new Tables(
            revision(),
            none.cluster(),
            none.tasks(),
            none.services(),
            none.nodes(),
            tables.networks(),
            tables.secrets(),
            tables.configs(),
            none.slots(),
            none.onNode(),
            none.names()));
  }

  @Override
  public Cluster cluster() {
    return tables.cluster();
  }

  @Override
  public @Nullable Task task(TaskId id) {
    return tables.tasks().get(id);
  }

  @Override
  public @Nullable Service service(ServiceId id) {
    return tables.services().get(id);
  }

  @Override
  public @Nullable Node node(NodeId id) {
    return tables.nodes().get(id);
  }

  @Override
  public @Nullable Network network(NetworkId id) {
    return tables.networks().get(id);
  }

  @Override
  public @Nullable Secret secret(SecretId id) {
    return tables.secrets().get(id);
  }

  @Override
  public @Nullable Config config(ConfigId id) {
    return tables.configs().get(id);
  }

  @Override
  public @Nullable Service serviceNamed(String name) {
    return named(Name.Kind.SERVICE, name) instanceof ServiceId id ? service(id) : null;
  }

  @Override
  public @Nullable Network networkNamed(String name) {
    return named(Name.Kind.NETWORK, name) instanceof NetworkId id ? network(id) : null;
  }

  @Override
  public @Nullable Secret secretNamed(String name) {
    return named(Name.Kind.SECRET, name) instanceof SecretId id ? secret(id) : null;
  }

  @Override
  public @Nullable Config configNamed(String name) {
    return named(Name.Kind.CONFIG, name) instanceof ConfigId id ? config(id) : null;
  }

  private @Nullable Id named(Name.Kind kind, String name) {
    return tables.names().get(Name.of(kind, name));
  }

  @Override
  public List<Service> services() {
    return listed(tables.services());
  }

  @Override
  public List<Node> nodes() {
    return listed(tables.nodes());
  }

  @Override
  public List<Network> networks() {
    return listed(tables.networks());
  }

  @Override
  public List<Secret> secrets() {
    return listed(tables.secrets());
  }

  @Override
  public List<Config> configs() {
    return listed(tables.configs());
  }

  @Override
  public List<Task> tasks() {
    return listed(tables.tasks());
  }

  @Override
  public int taskCount() {
    return tables.tasks().size();
  }

  @Override
  public List<Task> tasksOf(ServiceId service) {
    PersistentMap<SlotKey, List<TaskId>> slots = tables.slots().get(service);
    List<Task> found = new ArrayList<>(slots == null ? 0 : slots.size());
    if (slots != null) {
      slots.forEach((slot, ids) -> addTasks(ids, found));
    }
    return found;
  }

  @Override
  public List<Task> tasksIn(ServiceId service, SlotKey slot) {
    PersistentMap<SlotKey, List<TaskId>> slots = tables.slots().get(service);
    List<TaskId> ids = slots == null ? null : slots.get(slot);
    List<Task> found = new ArrayList<>(ids == null ? 0 : ids.size());
    if (ids != null) {
      addTasks(ids, found);
    }
    return found;
  }

  @Override
  public List<SlotKey> slotsOf(ServiceId service) {
    PersistentMap<SlotKey, List<TaskId>> slots = tables.slots().get(service);
    List<SlotKey> keys = new ArrayList<>(slots == null ? 0 : slots.size());
    if (slots != null) {
      slots.keys().forEach(keys::add);
    }
    return keys;
  }

  @Override
  public List<Task> tasksOn(NodeId node) {
    PersistentSet<TaskId> ids = tables.onNode().get(node);
    List<Task> found = new ArrayList<>(ids == null ? 0 : ids.size());
    if (ids != null) {
      addTasks(ids, found);
    }
    return found;
  }

  private void addTasks(Iterable<TaskId> ids, List<Task> target) {
    for (TaskId id : ids) {
      Task task = task(id);
      if (task == null) {
        throw new IllegalStateException("an index names task " + id + ", which does not exist");
      }
      target.add(task);
    }
  }

  private static <T> List<T> listed(PersistentMap<?, T> table) {
    List<T> list = new ArrayList<>(table.size());
    table.forEach((id, object) -> list.add(object));
    return list;
  }

  @Override
  public String toString() {
    return "View[revision "
        + revision()
        + ", "
        + tables.services().size()
        + " services, "
        + taskCount()
        + " tasks]";
  }
}
