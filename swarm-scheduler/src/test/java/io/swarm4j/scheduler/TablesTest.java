package io.swarm4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.TaskId;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

/** The tables under the scheduler against those of the JDK. */
class TablesTest {
  private final Chance chance = Chance.seeded(11);

  @Test
  void countsAreThoseOfAMap() {
    Counts counts = new Counts();
    Map<Integer, Integer> expected = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      int key = chance.nextInt(300) * (chance.withProbability(0.5) ? 1 : 4096);
      if (chance.withProbability(0.5)) {
        assertThat(counts.increment(key)).isEqualTo(expected.merge(key, 1, Integer::sum));
      } else if (expected.containsKey(key)) {
        expected.computeIfPresent(
            key, (k, count) -> count == 1 ? null : Integer.valueOf(count - 1));
        assertThat(counts.decrement(key)).isEqualTo(expected.getOrDefault(key, 0));
      } else if (chance.withProbability(0.1)) {
        counts.remove(key);
      }
      assertThat(counts.get(key)).isEqualTo(expected.getOrDefault(key, 0));
      assertThat(counts.size()).isEqualTo(expected.size());
    }
    Map<Integer, Integer> found = new HashMap<>();
    for (int place = 0; place < counts.places(); place++) {
      if (counts.keyAt(place) >= 0) {
        found.put(counts.keyAt(place), counts.countAt(place));
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void theTaskIndexIsAMap() {
    Ids ids = new Ids(chance);
    TaskIndex index = new TaskIndex();
    List<TaskId> tasks = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      tasks.add(ids.task());
    }
    Map<TaskId, Integer> expected = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      TaskId task = tasks.get(chance.nextInt(tasks.size()));
      int code = chance.nextInt(3);
      index.set(new TaskId(task.hi(), task.lo()), code);
      expected.put(task, code);
      TaskId other = tasks.get(chance.nextInt(tasks.size()));
      assertThat(index.get(other)).isEqualTo(expected.getOrDefault(other, 0));
    }
  }

  @Test
  void theHeapGivesTheLeastFirst() {
    LongHeap heap = new LongHeap();
    PriorityQueue<Long> expected = new PriorityQueue<>();
    for (int i = 0; i < 1_000; i++) {
      long value = chance.nextInt(5_000);
      heap.add(value);
      expected.add(value);
    }
    heap.order();
    while (!expected.isEmpty()) {
      assertThat(heap.top()).isEqualTo(expected.poll());
      if (chance.withProbability(0.3)) {
        long value = chance.nextInt(5_000);
        heap.replaceTop(value);
        expected.add(value);
      } else {
        heap.removeTop();
      }
    }
    assertThat(heap.isEmpty()).isTrue();
  }

  @Test
  void levelsAreMetInOrder() {
    Levels levels = new Levels();
    levels.reset(Bits.words(200));
    int[] tasks = new int[200];
    for (int node = 0; node < tasks.length; node++) {
      levels.add(node, 0);
    }
    for (int i = 0; i < 20_000; i++) {
      int node = chance.nextInt(tasks.length);
      int count = chance.withProbability(0.01) ? chance.nextInt(5_000) : chance.nextInt(10);
      levels.remove(node, tasks[node]);
      levels.add(node, count);
      tasks[node] = count;
    }
    int met = 0;
    int numbers = 0;
    for (int level = levels.next(0); level >= 0; level = levels.next(level + 1)) {
      numbers++;
      for (int node = 0; node < tasks.length; node++) {
        assertThat(Bits.has(levels.at(level), node)).isEqualTo(tasks[node] == level);
        met += tasks[node] == level ? 1 : 0;
      }
    }
    assertThat(met).isEqualTo(tasks.length);
    assertThat(levels.used()).isEqualTo(numbers);
  }
}
