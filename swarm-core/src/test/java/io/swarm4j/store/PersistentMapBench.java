package io.swarm4j.store;

import io.swarm4j.model.TaskId;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.IntSupplier;

/**
 * Memory and speed of {@link PersistentMap} and {@link PersistentSet} beside {@link HashMap}, with
 * random ids as keys; run it with the number of entries as argument.
 */
final class PersistentMapBench {
  private static final int SAMPLES = 7;
  private static final int CHANGES_PER_TRANSACTION = 200;
  private static final Object VALUE = new Object();
  private static final Object OTHER = new Object();

  private final TaskId[] keys;
  private final TaskId[] shuffled;

  private PersistentMapBench(int entries) {
    Random random = new Random(1);
    keys = new TaskId[entries];
    for (int i = 0; i < entries; i++) {
      keys[i] = new TaskId(random.nextLong(), random.nextLong());
    }
    shuffled = new TaskId[entries];
    Arrays.setAll(shuffled, i -> new TaskId(keys[i].hi(), keys[i].lo()));
    Collections.shuffle(Arrays.asList(shuffled), random);
  }

  public static void main(String[] args) {
    int entries = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
    new PersistentMapBench(100_000).run();
    System.out.println("warm from here on");
    new PersistentMapBench(entries).run();
    sets();
  }

  private void run() {
    long before = used();
    PersistentMap<TaskId, Object> map = filled();
    long ours = used() - before;
    before = used();
    Map<TaskId, Object> jdk = new HashMap<>();
    for (TaskId key : keys) {
      jdk.put(key, VALUE);
    }
    long theirs = used() - before;
    System.out.printf(
        "%d entries, bytes per entry beyond key and value: %.1f (HashMap %.1f)%n",
        keys.length, ours / (double) keys.length, theirs / (double) keys.length);
    time("edit: put new", () -> filled().size());
    time("edit: replace", () -> replaced(map, keys.length).size());
    time("transactions of 200", () -> replaced(map, CHANGES_PER_TRANSACTION).size());
    time("edit: remove", () -> removed(map).size());
    time("get, other key objects", () -> hits(map, shuffled));
    time("get, same key objects in order", () -> hits(map, keys));
    time("HashMap get, other key objects", () -> hits(jdk));
    time("forEach", () -> counted(map));
    time("values", () -> countedValues(map));
  }

  private PersistentMap<TaskId, Object> filled() {
    PersistentMap.Editor<TaskId, Object> editor = PersistentMap.<TaskId, Object>empty().edit();
    for (TaskId key : keys) {
      editor.put(key, VALUE);
    }
    return editor.freeze();
  }

  private PersistentMap<TaskId, Object> replaced(PersistentMap<TaskId, Object> map, int perFreeze) {
    PersistentMap.Editor<TaskId, Object> editor = map.edit();
    for (int i = 0; i < shuffled.length; i++) {
      editor.put(shuffled[i], OTHER);
      if (i % perFreeze == 0) {
        editor.freeze();
      }
    }
    return editor.freeze();
  }

  private PersistentMap<TaskId, Object> removed(PersistentMap<TaskId, Object> map) {
    PersistentMap.Editor<TaskId, Object> editor = map.edit();
    for (TaskId key : shuffled) {
      editor.remove(key);
    }
    return editor.freeze();
  }

  private static int hits(PersistentMap<TaskId, Object> map, TaskId[] wanted) {
    int hits = 0;
    for (TaskId key : wanted) {
      if (map.get(key) != null) {
        hits++;
      }
    }
    return hits;
  }

  private int hits(Map<TaskId, Object> map) {
    int hits = 0;
    for (TaskId key : shuffled) {
      if (map.get(key) != null) {
        hits++;
      }
    }
    return hits;
  }

  private static int counted(PersistentMap<TaskId, Object> map) {
    int[] count = {0};
    map.forEach((key, value) -> count[0] += value == VALUE ? 1 : 0);
    return count[0];
  }

  private static int countedValues(PersistentMap<TaskId, Object> map) {
    int count = 0;
    for (Object value : map.values()) {
      count += value == VALUE ? 1 : 0;
    }
    return count;
  }

  private void time(String what, IntSupplier work) {
    double[] nanos = new double[SAMPLES];
    int result = 0;
    for (int i = 0; i < SAMPLES; i++) {
      System.gc();
      long start = System.nanoTime();
      result += work.getAsInt();
      nanos[i] = (System.nanoTime() - start) / (double) keys.length;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%-32s ns per entry: min %.0f, median %.0f, max %.0f (%d)%n",
        what, nanos[0], nanos[SAMPLES / 2], nanos[SAMPLES - 1], result);
  }

  private static void sets() {
    Random random = new Random(2);
    TaskId[] elements = new TaskId[1_000_000];
    Arrays.setAll(elements, i -> new TaskId(random.nextLong(), random.nextLong()));
    Object[] sets = new Object[10_000];
    long before = used();
    for (int i = 0; i < sets.length; i++) {
      PersistentSet.Editor<TaskId> editor = PersistentSet.<TaskId>empty().edit();
      for (int j = 0; j < 100; j++) {
        editor.add(elements[i * 100 + j]);
      }
      sets[i] = editor.freeze();
    }
    System.out.printf(
        "%d sets of 100, bytes per element: %.1f%n",
        sets.length, (used() - before) / (double) elements.length);
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
