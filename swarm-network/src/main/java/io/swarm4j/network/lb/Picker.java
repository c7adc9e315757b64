package io.swarm4j.network.lb;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Chooses among the backends of one configuration. Immutable, thread-safe. */
interface Picker {

  /**
   * Chooses.
   *
   * @param turn rises by one with each choice
   * @param client stands for the client's address
   * @param eligible who can be chosen at all
   * @return null if nobody is eligible
   */
  @Nullable Target pick(int turn, long client, Predicate<Target> eligible);

  static Picker of(Algorithm algorithm, List<Target> targets) {
    return switch (algorithm) {
      case ROUND_ROBIN -> new RoundRobin(targets);
      case LEAST_CONNECTIONS -> new LeastConnections(targets);
      case SOURCE_HASH -> new Maglev(targets);
    };
  }

  /** Whoever is next; each stands in the schedule as often as its weight says, well spread. */
  final class RoundRobin implements Picker {
    private static final int LONGEST = 4096;

    private final Target[] schedule;

    RoundRobin(List<Target> targets) {
      int divisor = targets.stream().mapToInt(RoundRobin::weight).reduce(0, RoundRobin::gcd);
      long sum = targets.stream().mapToLong(RoundRobin::weight).sum() / Math.max(1, divisor);
      int length = (int) Math.min(sum, Math.max(LONGEST, targets.size()));
      schedule =
          length == targets.size() ? targets.toArray(Target[]::new) : spread(targets, length);
    }

    private static int weight(Target target) {
      return target.backend().weight();
    }

    private static int gcd(int a, int b) {
      return b == 0 ? a : gcd(b, a % b);
    }

    /** Each time whoever is furthest behind its share. */
    private static Target[] spread(List<Target> targets, int length) {
      long sum = targets.stream().mapToLong(RoundRobin::weight).sum();
      long[] credit = new long[targets.size()];
      Target[] schedule = new Target[length];
      for (int i = 0; i < length; i++) {
        int best = 0;
        for (int t = 0; t < credit.length; t++) {
          credit[t] += weight(targets.get(t));
          best = credit[t] > credit[best] ? t : best;
        }
        credit[best] -= sum;
        schedule[i] = targets.get(best);
      }
      return schedule;
    }

    @Override
    public @Nullable Target pick(int turn, long client, Predicate<Target> eligible) {
      for (int i = 0; i < schedule.length; i++) {
        Target target = schedule[Math.floorMod(turn + i, schedule.length)];
        if (eligible.test(target)) {
          return target;
        }
      }
      return null;
    }
  }

  /** Whoever has the fewest connections for its weight. */
  final class LeastConnections implements Picker {
    private final Target[] targets;

    LeastConnections(List<Target> targets) {
      this.targets = targets.toArray(Target[]::new);
    }

    @Override
    public @Nullable Target pick(int turn, long client, Predicate<Target> eligible) {
      Target best = null;
      double least = Double.MAX_VALUE;
      for (int i = 0; i < targets.length; i++) {
        Target target = targets[Math.floorMod(turn + i, targets.length)];
        double load = (double) target.state().active() / target.backend().weight();
        if (load < least && eligible.test(target)) {
          best = target;
          least = load;
        }
      }
      return best;
    }
  }

  /**
   * A table that each backend fills by an order of its own (Eisenbud and others, "Maglev: A Fast
   * and Reliable Software Network Load Balancer", 2016, section 3.4).
   */
  final class Maglev implements Picker {
    /** Primes; the table is about a hundred times larger than the number of backends. */
    private static final int[] SIZES = {251, 1_021, 4_093, 16_381, 65_537, 655_373};

    private static final int ENTRIES_PER_BACKEND = 100;

    private final List<Target> targets;
    private final short[] table;

    Maglev(List<Target> targets) {
      this.targets = targets.stream().sorted((a, b) -> id(a).compareTo(id(b))).toList();
      int size = SIZES[0];
      for (int candidate : SIZES) {
        size = candidate;
        if (candidate >= ENTRIES_PER_BACKEND * targets.size()) {
          break;
        }
      }
      this.table = targets.isEmpty() ? new short[0] : fill(size);
    }

    private static String id(Target target) {
      return target.backend().id();
    }

    private short[] fill(int size) {
      int count = targets.size();
      long[] next = new long[count];
      long[] step = new long[count];
      List<Integer> rounds = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        long hash = Mix.of(id(targets.get(i)));
        next[i] = Long.remainderUnsigned(hash, size);
        step[i] = Long.remainderUnsigned(Mix.of(hash), size - 1) + 1;
        for (int w = 0; w < targets.get(i).backend().weight(); w++) {
          rounds.add(i);
        }
      }
      short[] filled = new short[size];
      java.util.Arrays.fill(filled, (short) -1);
      for (int entries = 0; entries < size; ) {
        for (int i : rounds) {
          while (filled[(int) next[i]] >= 0) {
            next[i] = (next[i] + step[i]) % size;
          }
          filled[(int) next[i]] = (short) i;
          if (++entries == size) {
            break;
          }
        }
      }
      return filled;
    }

    @Override
    public @Nullable Target pick(int turn, long client, Predicate<Target> eligible) {
      long hash = Mix.of(client);
      for (int i = 0; i < table.length; i++) {
        Target target = targets.get(table[(int) Long.remainderUnsigned(hash + i, table.length)]);
        if (eligible.test(target)) {
          return target;
        }
      }
      return null;
    }
  }
}
