package io.swarm4j.sim;

import io.swarm4j.internal.SimulatedEngine;
import java.util.ArrayList;
import java.util.List;

/** The hashes of the traces of every scenario's first seeds; also as a program. */
final class TraceHashes {
  /** What tells a hash from a line of log. */
  static final String MARK = "hash ";

  private static final int SEEDS = 3;

  private TraceHashes() {}

  static List<String> all() {
    List<String> hashes = new ArrayList<>();
    for (Scenario scenario : Scenarios.all()) {
      Simulation simulation = new Simulation(new SimulatedEngine(), scenario);
      for (long seed = 1; seed <= SEEDS; seed++) {
        hashes.add(MARK + scenario.name() + " " + seed + " " + simulation.run(seed).hash());
      }
    }
    return hashes;
  }

  /** Prints them, one a line. */
  public static void main(String[] arguments) {
    all().forEach(System.out::println);
  }
}
