package io.swarm4j.sim;

import java.util.BitSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out what a failure does not need: halves, quarters, and so on down to single steps, until
 * nothing more can be left out (delta debugging).
 */
final class Shrinker {
  /** Trials after which the best so far will do. */
  private static final int MOST_TRIALS = 300;

  private final Predicate<BitSet> fails;
  private int trials;

  private Shrinker(Predicate<BitSet> fails) {
    this.fails = fails;
  }

  /**
   * A set of steps that still fails, and of which no single step can be left out unless trials ran
   * out.
   *
   * @param steps how many there are; all together fail
   * @param fails whether just those steps fail
   */
  static BitSet shrink(int steps, Predicate<BitSet> fails) {
    BitSet all = new BitSet();
    all.set(0, steps);
    return new Shrinker(fails).reduce(all);
  }

  private BitSet reduce(BitSet failing) {
    BitSet best = failing;
    int pieces = 2;
    while (best.cardinality() > 1 && trials < MOST_TRIALS) {
      BitSet smaller = withoutOnePiece(best, pieces);
      if (smaller != null) {
        best = smaller;
        pieces = Math.max(2, pieces - 1);
      } else if (pieces >= best.cardinality()) {
        break;
      } else {
        pieces = Math.min(best.cardinality(), pieces * 2);
      }
    }
    return best;
  }

  private @Nullable BitSet withoutOnePiece(BitSet whole, int pieces) {
    int[] members = whole.stream().toArray();
    for (int piece = 0; piece < pieces && trials < MOST_TRIALS; piece++) {
      BitSet rest = (BitSet) whole.clone();
      for (int i = piece * members.length / pieces;
          i < (piece + 1) * members.length / pieces;
          i++) {
        rest.clear(members[i]);
      }
      trials++;
      if (fails.test(rest)) {
        return rest;
      }
    }
    return null;
  }
}
