package io.swarm4j.compose;

import io.swarm4j.model.Constraint;
import io.swarm4j.model.EndpointSpec.EndpointMode;
import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Placement.SpreadPreference;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.RestartPolicyBuilder;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.model.UpdatePolicyBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code deploy} of a service, except for its resources. */
final class DeployReader {
  static final Vocabulary PREFERENCE = Vocabulary.of("spread");
  static final Vocabulary PLACEMENT =
      Vocabulary.of("constraints", "preferences", "max_replicas_per_node");
  static final Vocabulary RESTART = Vocabulary.of("condition", "delay", "max_attempts", "window");
  static final Vocabulary UPDATE =
      Vocabulary.of(
          "parallelism",
          "delay",
          "failure_action",
          "monitor",
          "max_failure_ratio",
          "order",
          ExtensionReader.PROGRESS_DEADLINE,
          ExtensionReader.WHILE_PAUSED);
  static final Vocabulary KEYS =
      Vocabulary.of(
              "mode",
              "replicas",
              "endpoint_mode",
              "labels",
              "placement",
              "resources",
              "restart_policy",
              "update_config",
              "rollback_config",
              ExtensionReader.ON_DISCONNECT,
              ExtensionReader.JOB)
          .section("placement", PLACEMENT)
          .section("resources", ResourceReader.KEYS)
          .section("restart_policy", RESTART)
          .section("update_config", UPDATE);
  private static final Map<String, EndpointMode> ENDPOINT_MODES =
      Map.of("vip", EndpointMode.VIP, "dnsrr", EndpointMode.DNSRR);
  private static final Map<String, RestartCondition> CONDITIONS =
      Map.of(
          "none", RestartCondition.NONE,
          "on-failure", RestartCondition.ON_FAILURE,
          "any", RestartCondition.ANY);
  private static final Map<String, FailureAction> UPDATE_ACTIONS =
      Map.of(
          "pause", FailureAction.PAUSE,
          "continue", FailureAction.CONTINUE,
          "rollback", FailureAction.ROLLBACK);
  private static final Map<String, FailureAction> ROLLBACK_ACTIONS =
      Map.of("pause", FailureAction.PAUSE, "continue", FailureAction.CONTINUE);
  private static final Map<String, UpdateOrder> ORDERS =
      Map.of("stop-first", UpdateOrder.STOP_FIRST, "start-first", UpdateOrder.START_FIRST);
  private static final String RATIO = "[0-9]{0,9}\\.?[0-9]{1,9}";

  private DeployReader() {}

  static ServiceMode mode(Fields deploy) {
    String mode =
        Optional.ofNullable(
                deploy.<String>map(
                    "mode",
                    value ->
                        value.oneOf(
                            Map.of(
                                "replicated", "replicated",
                                "global", "global",
                                "replicated-job", "replicated-job",
                                "global-job", "global-job"))))
            .orElse("replicated");
    int replicas =
        Optional.ofNullable(deploy.map("replicas", value -> value.count(Integer.MAX_VALUE)))
            .orElse(1);
    boolean global = mode.startsWith("global");
    if (global && deploy.has("replicas")) {
      deploy
          .at("replicas")
          .fault(
              Code.CONTRADICTION,
              String.valueOf(replicas),
              "replicas can only be used with mode replicated or replicated-job; a "
                  + mode
                  + " service has one task on each node");
    }
    if (global) {
      return mode.equals("global") ? new ServiceMode.Global() : new ServiceMode.GlobalJob();
    }
    if (mode.equals("replicated")) {
      return new ServiceMode.Replicated(replicas);
    }
    ServiceMode job =
        deploy
            .section()
            .reading()
            .build(
                Origins.at(deploy.at("replicas")),
                () -> new ServiceMode.ReplicatedJob(replicas, replicas));
    return job == null ? new ServiceMode.ReplicatedJob(1, 1) : job;
  }

  static EndpointMode endpointMode(Fields deploy) {
    return Optional.ofNullable(
            deploy.<EndpointMode>map("endpoint_mode", value -> value.oneOf(ENDPOINT_MODES)))
        .orElse(EndpointMode.VIP);
  }

  static Placement placement(Fields deploy) {
    Fields placement = deploy.child("placement", PLACEMENT);
    List<Constraint> constraints = new ArrayList<>();
    for (Value item : placement.list("constraints")) {
      String text = item.text();
      if (text != null) {
        add(constraints, item.reading().build(Origins.at(item), () -> Constraint.parse(text)));
      }
    }
    List<SpreadPreference> preferences = new ArrayList<>();
    for (Value item : placement.list("preferences")) {
      Fields preference = Fields.of(item, PREFERENCE);
      String spread = preference.required("spread", "write one such as node.labels.zone");
      if (spread != null) {
        Origins origins = Origins.at(preference.at("spread"));
        add(preferences, item.reading().build(origins, () -> new SpreadPreference(spread)));
      }
    }
    int most =
        Optional.ofNullable(
                placement.map("max_replicas_per_node", value -> value.count(Integer.MAX_VALUE)))
            .orElse(0);
    return new Placement(constraints, preferences, most, List.of());
  }

  private static <T> void add(List<T> list, @Nullable T value) {
    if (value != null) {
      list.add(value);
    }
  }

  static @Nullable RestartPolicy restart(Value section) {
    Fields fields = Fields.of(section, RESTART);
    RestartPolicyBuilder builder = RestartPolicy.builder();
    fields.ifPresent("condition", value -> value.oneOf(CONDITIONS), builder::condition);
    fields.ifPresent("delay", Value::duration, builder::delay);
    fields.ifPresent("max_attempts", value -> value.count(Integer.MAX_VALUE), builder::maxAttempts);
    fields.ifPresent("window", Value::duration, builder::window);
    return section.reading().build(Origins.at(section), builder::build);
  }

  static @Nullable UpdatePolicy update(Value section) {
    return policy(section, UPDATE_ACTIONS);
  }

  static @Nullable UpdatePolicy rollback(Value section) {
    return policy(section, ROLLBACK_ACTIONS);
  }

  private static @Nullable UpdatePolicy policy(Value section, Map<String, FailureAction> actions) {
    Fields fields = Fields.of(section, UPDATE);
    UpdatePolicyBuilder builder = UpdatePolicy.builder();
    fields.ifPresent("parallelism", value -> value.count(Integer.MAX_VALUE), builder::parallelism);
    fields.ifPresent("delay", Value::duration, builder::delay);
    fields.ifPresent("failure_action", value -> value.oneOf(actions), builder::failureAction);
    fields.ifPresent("monitor", Value::duration, builder::monitor);
    fields.ifPresent(
        "max_failure_ratio", value -> value.parse(DeployReader::ratio), builder::maxFailureRatio);
    fields.ifPresent("order", value -> value.oneOf(ORDERS), builder::order);
    fields.ifPresent(ExtensionReader.PROGRESS_DEADLINE, Value::duration, builder::progressDeadline);
    fields.ifPresent(
        ExtensionReader.WHILE_PAUSED, ExtensionReader::whilePaused, builder::whilePaused);
    Origins origins = Origins.at(section).put("maxFailureRatio", fields.at("max_failure_ratio"));
    return section.reading().build(origins, builder::build);
  }

  private static double ratio(String text) {
    if (!text.matches(RATIO)) {
      throw new IllegalArgumentException("is no share; write a number from 0 to 1 such as 0.25");
    }
    return Double.parseDouble(text);
  }
}
