package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import java.util.List;

/** {@code HealthConfig} of the Engine API. */
final class HealthJson {
  private static final String NONE = "NONE";
  private static final String EXEC = "CMD";
  private static final String SHELL = "CMD-SHELL";

  private HealthJson() {}

  static HealthCheck read(Fields fields) {
    List<String> test = fields.texts("Test");
    return new HealthCheck(
        probe(test),
        fields.nanos("Interval"),
        fields.nanos("Timeout"),
        fields.integer("Retries"),
        fields.nanos("StartPeriod"),
        fields.nanos("StartInterval"));
  }

  private static Probe probe(List<String> test) {
    String kind = test.isEmpty() ? "" : test.get(0);
    List<String> rest = test.isEmpty() ? List.of() : test.subList(1, test.size());
    return switch (kind) {
      case NONE -> new Probe.Disabled();
      case EXEC -> new Probe.Exec(rest);
      case SHELL -> new Probe.Shell(String.join(" ", rest));
      default ->
          throw Json.refuse(
              "Healthcheck.Test",
              test.toString(),
              "NONE, CMD or CMD-SHELL and a command; only the times of an image's own check can"
                  + " not be changed");
    };
  }

  static ObjectNode write(HealthCheck health) {
    ObjectNode node = Json.object();
    ArrayNode test = node.putArray("Test");
    Probe probe = health.probe();
    if (probe instanceof Probe.Disabled) {
      test.add(NONE);
    } else if (probe instanceof Probe.Exec exec) {
      test.add(EXEC);
      exec.command().forEach(test::add);
    } else if (probe instanceof Probe.Shell shell) {
      test.add(SHELL).add(shell.line());
    } else {
      test.add(EXEC).add(probe.toString()); // no command: code of the embedding program
    }
    Json.putNanos(node, "Interval", health.interval());
    Json.putNanos(node, "Timeout", health.timeout());
    Json.putNumber(node, "Retries", health.retries());
    Json.putNanos(node, "StartPeriod", health.startPeriod());
    Json.putNanos(node, "StartInterval", health.startInterval());
    return node;
  }
}
