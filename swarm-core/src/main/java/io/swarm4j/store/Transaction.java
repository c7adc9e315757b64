package io.swarm4j.store;

import io.swarm4j.model.Id;
import io.swarm4j.model.StoreObject;
import java.time.Instant;

/**
 * Changes under construction, on top of the newest state; it sees its own writes.
 *
 * <p>For use on the leader's loop only, and not beyond the call in which it was handed out.
 */
public interface Transaction extends State {

  /** The time that is stamped on all objects of this transaction. */
  Instant now();

  /**
   * Creates or replaces an object; its {@code meta} is set by the store.
   *
   * @return the object as stored
   * @throws IllegalStateException if a task would go back in state or desired state, or a service
   *     would lose a spec that a task runs, which no component may do
   * @throws io.swarm4j.model.InvalidSpecException if the transaction would carry more bytes of
   *     secrets and configs than an entry of the log holds
   */
  <T extends StoreObject> T put(T object);

  /** Deletes an object; does nothing if there is none. */
  void delete(Id id);

  /** How many objects it changes so far. */
  int size();

  /**
   * Whether it has reached the size of one log entry: what is left to do should wait for the next
   * turn.
   */
  boolean isFull();
}
