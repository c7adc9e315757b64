package io.swarm4j.raft;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Where the managers are, by identity. Thread-safe.
 *
 * <p>The group's own configuration knows identities only; so a manager comes back on another
 * address by being put here anew.
 */
public final class AddressBook {
  private final Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** Sets the address of a member; connections to its former address are given up. */
  public void put(String member, InetSocketAddress address) {
    if (!address.equals(addresses.put(member, address))) {
      listeners.forEach(Runnable::run);
    }
  }

  /** The address of a member, if it is known. */
  public Optional<InetSocketAddress> find(String member) {
    return Optional.ofNullable(addresses.get(member));
  }

  /** All that are known. */
  public Map<String, InetSocketAddress> all() {
    return Map.copyOf(addresses);
  }

  /** Has a task run after each change; returns what ends that. */
  Runnable onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
