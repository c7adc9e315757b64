package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheckBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code healthcheck} of a service. */
final class HealthReader {
  static final Vocabulary KEYS =
      Vocabulary.of(
          "test", "interval", "timeout", "retries", "start_period", "start_interval", "disable");

  private HealthReader() {}

  static @Nullable HealthCheck read(Value section) {
    Fields fields = Fields.of(section, KEYS);
    boolean disabled = fields.bool("disable");
    HealthCheck.Probe probe = fields.map("test", HealthReader::probe);
    HealthCheckBuilder builder = HealthCheckBuilder.builder();
    fields.ifPresent("interval", Value::duration, builder::interval);
    fields.ifPresent("timeout", Value::duration, builder::timeout);
    fields.ifPresent("start_period", Value::duration, builder::startPeriod);
    fields.ifPresent("start_interval", Value::duration, builder::startInterval);
    fields.ifPresent("retries", value -> value.count(Integer.MAX_VALUE), builder::retries);
    if (disabled) {
      if (fields.has("test")) {
        fields
            .at("disable")
            .fault(Code.CONTRADICTION, "true", "test and disable exclude each other; remove one");
      }
      return HealthCheck.DISABLED;
    }
    if (probe instanceof HealthCheck.Probe.Disabled) {
      return HealthCheck.DISABLED;
    }
    if (probe == null) {
      if (!fields.has("test") && section.isMapping()) {
        section.fault(
            Code.MISSING,
            "",
            "'test' is missing; write it, for the times of an image's own check cannot be changed"
                + " alone");
      }
      return null;
    }
    Origins origins =
        Origins.at(section)
            .put("interval", fields.at("interval"))
            .put("timeout", fields.at("timeout"))
            .put("startPeriod", fields.at("start_period"))
            .put("startInterval", fields.at("start_interval"))
            .put("retries", fields.at("retries"));
    return section.reading().build(origins, () -> builder.probe(probe).build());
  }

  private static HealthCheck.@Nullable Probe probe(Value test) {
    if (test.isScalar()) {
      String line = test.text();
      return line == null ? null : shell(test, line);
    }
    List<String> words = test.texts();
    if (words.isEmpty()) {
      test.fault(Code.MISSING, "", "is empty; write a command line or [CMD, program, argument]");
      return null;
    }
    List<String> rest = words.subList(1, words.size());
    return switch (words.get(0)) {
      case "NONE" -> new HealthCheck.Probe.Disabled();
      case "CMD" -> test.reading().build(Origins.at(test), () -> new HealthCheck.Probe.Exec(rest));
      case "CMD-SHELL" -> {
        if (rest.size() == 1) {
          yield shell(test, rest.get(0));
        }
        test.fault(Code.INVALID, "", "CMD-SHELL takes one command line; write it as one text");
        yield null;
      }
      default -> {
        test.fault(
            Code.INVALID,
            words.get(0),
            "a list must begin with NONE, CMD or CMD-SHELL, not '"
                + Value.shorten(words.get(0))
                + "'");
        yield null;
      }
    };
  }

  private static HealthCheck.@Nullable Probe shell(Value test, String line) {
    return test.reading().build(Origins.at(test), () -> new HealthCheck.Probe.Shell(line));
  }
}
