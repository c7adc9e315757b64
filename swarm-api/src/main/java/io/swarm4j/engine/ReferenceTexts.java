package io.swarm4j.engine;

import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the reference says of faults that it knows, in its words: scripts match them. Others are
 * told in ours, with place, value and remedy.
 */
final class ReferenceTexts {
  private static final int LONGEST_NAME = 63;

  private static final List<Text> TEXTS =
      List.of(
          text("(Service|Network)Spec\\.name", ReferenceTexts::name),
          text(
              "(Secret|Config)Spec\\.name",
              fault ->
                  "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end"
                      + " character must be [a-zA-Z0-9]"),
          text(
              "SecretSpec\\.data",
              fault -> "secret data must be larger than 0 and less than 512000 bytes"),
          text(
              "ConfigSpec\\.data",
              fault -> "config data must be larger than 0 and less than 1024000 bytes"),
          text(
              ".*\\.memoryBytes",
              fault -> "invalid memory value " + fault.value() + ": Must be at least 4MiB"),
          text(
              ".*\\.nanoCpus",
              fault ->
                  "invalid cpu value "
                      + plain(Double.parseDouble(fault.value()) / 1e9)
                      + ": Must be at least 0.001"),
          text("ContainerSpec\\.image", ReferenceTexts::image),
          text(
              "ContainerSpec\\.mounts\\[.*",
              fault -> "ContainerSpec: duplicate mount point: " + fault.value()),
          text(
              "HealthCheck\\.(interval|timeout|startPeriod|startInterval)",
              fault ->
                  "ContainerSpec: "
                      + capital(fault.path().substring("HealthCheck.".length()))
                      + " in HealthConfig cannot be less than 1ms"),
          text(
              "HealthCheck\\.retries",
              fault -> "ContainerSpec: Retries in HealthConfig cannot be negative"),
          text(
              "EndpointSpec\\.ports\\[.*",
              fault -> "EndpointSpec: duplicate published ports provided"),
          text(
              "EndpointSpec\\.ports",
              fault ->
                  "EndpointSpec: port published with ingress mode can't be used with dnsrr mode"),
          text("RestartPolicy\\.delay", fault -> "TaskSpec: restart-delay cannot be negative"),
          text("RestartPolicy\\.window", fault -> "TaskSpec: restart-window cannot be negative"),
          text("UpdatePolicy\\.delay", fault -> "TaskSpec: update-delay cannot be negative"),
          text("UpdatePolicy\\.monitor", fault -> "TaskSpec: update-monitor cannot be negative"),
          text(
              "UpdatePolicy\\.maxFailureRatio",
              fault -> "TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1"),
          text("Replicated\\.replicas", fault -> "Number of replicas must be non-negative"),
          text("NetworkSpec\\.attachable", fault -> "ingress network cannot be attachable"),
          text(
              "ClusterSpec\\.certificateExpiry",
              fault -> "minimum certificate expiry time is: 1h0m0s"),
          text("ServiceSpec\\.update", fault -> "Jobs may not have an update config"),
          text(".*", ReferenceTexts::afterColon));

  private ReferenceTexts() {}

  /** A kind of fault, by its path, and its text. */
  private record Text(Pattern path, Function<Fault, String> text) {}

  private static Text text(String path, Function<Fault, String> text) {
    return new Text(Pattern.compile(path), text);
  }

  /** Whether the reference answers with an internal error, since it gave the fault no code. */
  static boolean isUncoded(InvalidSpecException invalid) {
    return invalid.faults().stream().allMatch(ReferenceTexts::isConstraint);
  }

  private static boolean isConstraint(Fault fault) {
    return fault.path().startsWith("constraints[") || fault.path().startsWith("Constraint");
  }

  /** All faults of a spec. */
  static String of(InvalidSpecException invalid) {
    return invalid.faults().stream()
        .map(ReferenceTexts::of)
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private static String of(Fault fault) {
    if (isConstraint(fault)) {
      return constraint(fault);
    }
    for (Text text : TEXTS) {
      if (text.path().matcher(fault.path()).matches()) {
        return text.text().apply(fault);
      }
    }
    throw new IllegalStateException("the last entry fits all paths");
  }

  /** All faults of a request that is not as the API defines it. */
  static String malformed(InvalidSpecException malformed) {
    return "invalid request: "
        + malformed.faults().stream()
            .map(
                fault ->
                    fault.code() == Fault.Code.UNSUPPORTED
                        ? fault.path() + " is not supported (" + fault.value() + ")"
                        : fault.path() + ": '" + fault.value() + "' where " + fault.accepted())
            .collect(Collectors.joining("; "));
  }

  private static String constraint(Fault fault) {
    if (fault.path().endsWith(".key")) {
      return "key '" + fault.value() + "' is invalid";
    }
    return fault.path().endsWith(".value")
        ? "value '" + fault.value() + "' is invalid"
        : "constraint expected one operator from ==, !=";
  }

  private static String name(Fault fault) {
    if (fault.value().isEmpty()) {
      return "meta: name must be provided";
    }
    return fault.value().length() > LONGEST_NAME
        ? "name must be 63 characters or fewer"
        : "name must be valid as a DNS name component";
  }

  private static String image(Fault fault) {
    return fault.value().isEmpty()
        ? "ContainerSpec: image reference must be provided"
        : "ContainerSpec: \"" + fault.value() + "\" is not a valid repository/tag";
  }

  /** Many remedies carry the reference's words after a colon; else our own text stands. */
  private static String afterColon(Fault fault) {
    int colon = fault.accepted().indexOf(": ");
    return colon < 0
        ? fault.path() + ": '" + fault.value() + "' where " + fault.accepted() + " is accepted"
        : fault.accepted().substring(colon + 2);
  }

  private static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }

  private static String plain(double value) {
    return java.math.BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
