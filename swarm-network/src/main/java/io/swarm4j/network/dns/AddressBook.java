package io.swarm4j.network.dns;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Endpoint.VirtualIp;
import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Service;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.network.ipam.Holdings;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who has which address, kept in step with a swarm's state; so a name server knows who asks, and
 * whom an address belongs to.
 *
 * <p>One thread writes, any may read.
 */
public final class AddressBook {
  private final Map<Ip, Entry> entries = new ConcurrentHashMap<>();

  /**
   * Whose an address is.
   *
   * @param holder a task, or a service for its virtual address
   * @param networks all networks that the holder is attached to
   */
  public record Entry(Id holder, List<NetworkId> networks) {}

  /** The entry of an address; null if nobody has it. */
  public @Nullable Entry find(Ip address) {
    return entries.get(address);
  }

  /** Starts afresh. */
  public void reset(State state) {
    entries.clear();
    state.services().forEach(this::add);
    state.tasks().forEach(this::add);
  }

  /** Follows the state. */
  public void apply(List<Change> changes) {
    // All that is given up goes first: an address may pass from one to the other at once.
    changes.forEach(change -> remove(change.before(), change.after()));
    changes.forEach(change -> add(change.after()));
  }

  private void remove(@Nullable StoreObject before, @Nullable StoreObject after) {
    if (before instanceof Task task) {
      boolean stays =
          after instanceof Task now
              && Holdings.isHolder(now)
              && now.attachments().equals(task.attachments());
      if (!stays) {
        task.attachments().forEach(attachment -> forget(attachment.address(), task.id()));
      }
    } else if (before instanceof Service service) {
      boolean stays =
          after instanceof Service now
              && now.endpoint().equals(service.endpoint())
              && !now.isRemoved();
      if (!stays) {
        service.endpoint().virtualIps().forEach(vip -> forget(vip.address(), service.id()));
      }
    }
  }

  private void forget(Ip address, Id holder) {
    entries.computeIfPresent(address, (ip, entry) -> entry.holder().equals(holder) ? null : entry);
  }

  private void add(@Nullable StoreObject object) {
    if (object instanceof Task task && Holdings.isHolder(task)) {
      Entry entry =
          new Entry(
              task.id(), task.attachments().stream().map(Attachment::network).distinct().toList());
      task.attachments().forEach(attachment -> entries.put(attachment.address(), entry));
    } else if (object instanceof Service service && !service.isRemoved()) {
      Entry entry =
          new Entry(
              service.id(),
              service.endpoint().virtualIps().stream().map(VirtualIp::network).distinct().toList());
      service.endpoint().virtualIps().forEach(vip -> entries.put(vip.address(), entry));
    }
  }
}
