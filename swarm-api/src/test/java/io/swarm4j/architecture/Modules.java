package io.swarm4j.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;

/** The map of the design: which packages each module holds. */
final class Modules {

  static final String[] CORE =
      packages(
          "model",
          "store",
          "time",
          "orchestrator",
          "dispatcher",
          "agent",
          "security",
          "event",
          "stream",
          "sim");
  static final String[] SCHEDULER = packages("scheduler");
  static final String[] NETWORK = packages("network");
  static final String[] RAFT = packages("raft");
  static final String[] API =
      Stream.concat(
              Stream.of("io.swarm4j"),
              Stream.of(
                  packages(
                      "internal",
                      "engine",
                      "node",
                      "compose",
                      "docker",
                      "process",
                      "dashboard",
                      "junit")))
          .toArray(String[]::new);

  private Modules() {}

  /** Patterns for the named packages below {@code io.swarm4j}, each with all that is below it. */
  static String[] packages(String... names) {
    return Stream.of(names).map(name -> "io.swarm4j." + name + "..").toArray(String[]::new);
  }

  static String[] all(String[]... patterns) {
    return Stream.of(patterns).flatMap(Stream::of).toArray(String[]::new);
  }

  /** The code that users get: all modules but the examples, without tests and test support. */
  static JavaClasses production() {
    ImportOption noTests =
        location -> !location.contains("/test-classes/") && !location.contains("-tests.jar");
    return new ClassFileImporter().withImportOption(noTests).importPackages("io.swarm4j");
  }
}
