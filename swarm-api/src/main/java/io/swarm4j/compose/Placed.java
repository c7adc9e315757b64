package io.swarm4j.compose;

import java.util.List;

/** A spec together with where the file describes it. */
record Placed<T>(T spec, Value at) {

  static <T> List<T> specs(List<Placed<T>> placed) {
    return placed.stream().map(Placed::spec).toList();
  }

  static <T> List<Value> places(List<Placed<T>> placed) {
    return placed.stream().map(Placed::at).toList();
  }
}
