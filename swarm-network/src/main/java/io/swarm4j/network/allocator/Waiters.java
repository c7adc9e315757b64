package io.swarm4j.network.allocator;

import io.swarm4j.model.Id;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Services and tasks that wait for something scarce, in the order in which they came. */
final class Waiters {
  private final Map<Object, LinkedHashSet<Id>> queues = new HashMap<>();
  private final Map<Id, Object> keys = new HashMap<>();
  private final LinkedHashSet<Object> freed = new LinkedHashSet<>();

  /** Puts {@code id} at the end of the queue for what it lacks, if it does not stand there yet. */
  void add(Id id, Shortage shortage) {
    Object former = keys.put(id, shortage.key());
    if (former != null && !former.equals(shortage.key())) {
      removeFrom(former, id);
    }
    queues.computeIfAbsent(shortage.key(), key -> new LinkedHashSet<>()).add(id);
  }

  void remove(Id id) {
    Object key = keys.remove(id);
    if (key != null) {
      removeFrom(key, id);
    }
  }

  private void removeFrom(Object key, Id id) {
    Set<Id> queue = queues.get(key);
    if (queue != null && queue.remove(id) && queue.isEmpty()) {
      queues.remove(key);
      freed.remove(key);
    }
  }

  boolean contains(Id id) {
    return keys.containsKey(id);
  }

  /** Some of {@code key} has become free: those who wait for it get another chance. */
  void freed(Object key) {
    if (queues.containsKey(key)) {
      freed.add(key);
    }
  }

  /**
   * Gives those another chance who wait for something of which some has become free.
   *
   * @param full whether the turn is over
   * @param attempt tries again; tells what is still short, null if nothing is
   * @return whether all had their chance
   */
  boolean retry(BooleanSupplier full, Function<Id, @Nullable Shortage> attempt) {
    while (!freed.isEmpty()) {
      if (full.getAsBoolean()) {
        return false;
      }
      Object key = freed.iterator().next();
      freed.remove(key);
      if (!retry(key, full, attempt)) {
        freed(key);
        return false;
      }
    }
    return true;
  }

  private boolean retry(
      Object key, BooleanSupplier full, Function<Id, @Nullable Shortage> attempt) {
    Map<Id, Shortage> elsewhere = new LinkedHashMap<>();
    Set<Id> served = new LinkedHashSet<>();
    boolean done = true;
    Iterator<Id> queue = queues.getOrDefault(key, new LinkedHashSet<>()).iterator();
    while (queue.hasNext()) {
      if (full.getAsBoolean()) {
        done = false;
        break;
      }
      Id id = queue.next();
      Shortage shortage = attempt.apply(id);
      if (shortage == null) {
        served.add(id);
      } else if (!shortage.key().equals(key)) {
        elsewhere.put(id, shortage);
      } else if (shortage.usedUp()) {
        break;
      }
    }
    served.forEach(this::remove);
    elsewhere.forEach(this::add);
    return done;
  }
}
