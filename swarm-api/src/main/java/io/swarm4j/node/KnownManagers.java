package io.swarm4j.node;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Chance;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where a node finds managers, and which of them it was last led to. Thread-safe. */
final class KnownManagers {
  private final Set<String> addresses = new LinkedHashSet<>();
  private final Consumer<List<String>> changed;
  private @Nullable String leader;

  /**
   * Starts with what is known.
   *
   * @param changed gets the addresses whenever they have changed, on the caller's thread
   */
  KnownManagers(List<String> known, Consumer<List<String>> changed) {
    this.addresses.addAll(known);
    this.changed = changed;
  }

  /** Replaces what is known; an empty list is not believed. */
  void set(List<String> known) {
    List<String> news;
    synchronized (this) {
      if (known.isEmpty() || addresses.equals(new LinkedHashSet<>(known))) {
        return;
      }
      addresses.clear();
      addresses.addAll(known);
      news = List.copyOf(addresses);
    }
    changed.accept(news);
  }

  /** A manager has said who leads; null if it does not know. */
  synchronized void leads(@Nullable String address) {
    leader = address;
  }

  /** All of them, the presumed leader first. */
  synchronized List<HostPort> all() {
    List<String> ordered = new ArrayList<>();
    if (leader != null) {
      ordered.add(leader);
    }
    addresses.stream().filter(address -> !address.equals(leader)).forEach(ordered::add);
    return ordered.stream().map(HostPort::parse).toList();
  }

  /**
   * The presumed leader, else any; the presumption ends with that, and is renewed by who leads.
   *
   * @throws UnavailableException if none is known
   */
  synchronized HostPort pick(Chance chance) {
    String presumed = leader;
    leader = null;
    if (presumed != null) {
      return HostPort.parse(presumed);
    }
    if (addresses.isEmpty()) {
      throw new UnavailableException("no manager is known");
    }
    List<String> all = List.copyOf(addresses);
    return HostPort.parse(all.get(chance.nextInt(all.size())));
  }
}
