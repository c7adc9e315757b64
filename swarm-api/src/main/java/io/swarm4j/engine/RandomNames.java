package io.swarm4j.engine;

import io.swarm4j.time.Chance;
import java.util.List;
import java.util.function.Predicate;

/** Names for services whose users give none, such as {@code calm_heron}. Not thread-safe. */
final class RandomNames {
  private static final List<String> MOODS =
      List.of(
          "brave", "bright", "busy", "calm", "clever", "eager", "gentle", "happy", "keen", "kind",
          "lively", "lucky", "merry", "nimble", "proud", "quick", "quiet", "steady", "sunny",
          "witty");
  private static final List<String> ANIMALS =
      List.of(
          "badger", "beaver", "dolphin", "falcon", "fox", "gecko", "heron", "ibex", "jackdaw",
          "lynx", "marten", "newt", "otter", "owl", "panda", "puffin", "raven", "seal", "tapir",
          "wren");

  private final Chance chance;

  RandomNames(Chance chance) {
    this.chance = chance;
  }

  /** A name that is not taken; with a number once the words alone do not do. */
  String next(Predicate<String> taken) {
    String name = words();
    for (int attempt = 1; taken.test(name); attempt++) {
      name = words() + attempt;
    }
    return name;
  }

  private String words() {
    return MOODS.get(chance.nextInt(MOODS.size()))
        + "_"
        + ANIMALS.get(chance.nextInt(ANIMALS.size()));
  }
}
