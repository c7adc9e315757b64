package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.RestartPolicyBuilder;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.model.UpdatePolicyBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code RestartPolicy} and {@code UpdateConfig} of the Engine API. */
final class PolicyJson {
  private PolicyJson() {}

  static RestartPolicy restart(Fields fields, @Nullable RestartPolicy present) {
    RestartPolicyBuilder policy = RestartPolicy.builder();
    if (present != null) {
      policy.backoff(present.backoff());
    }
    Duration delay = fields.nanos("Delay");
    Duration window = fields.nanos("Window");
    return policy
        .condition(fields.constant("Condition", RestartCondition.ANY))
        .delay(delay == null ? RestartPolicy.DEFAULT.delay() : delay)
        .maxAttempts(fields.integer("MaxAttempts"))
        .window(window == null ? Duration.ZERO : window)
        .build();
  }

  static ObjectNode restart(RestartPolicy policy) {
    ObjectNode node =
        Json.object()
            .put("Condition", Constants.text(policy.condition()))
            .put("Delay", policy.delay().toNanos())
            .put("MaxAttempts", policy.maxAttempts());
    Json.putNumber(node, "Window", policy.window().toNanos());
    return node;
  }

  static UpdatePolicy update(Fields fields, @Nullable UpdatePolicy present) {
    UpdatePolicyBuilder policy = UpdatePolicy.builder();
    if (present != null && present.progressDeadline() != null) {
      policy.progressDeadline(present.progressDeadline());
    }
    Duration delay = fields.nanos("Delay");
    Duration monitor = fields.nanos("Monitor");
    return policy
        .parallelism(fields.integer("Parallelism"))
        .delay(delay == null ? Duration.ZERO : delay)
        .failureAction(fields.constant("FailureAction", FailureAction.PAUSE))
        .monitor(monitor == null || monitor.isZero() ? UpdatePolicy.DEFAULT.monitor() : monitor)
        .maxFailureRatio(ratio(fields.fraction("MaxFailureRatio")))
        .order(fields.constant("Order", UpdateOrder.STOP_FIRST))
        .build();
  }

  /** The API has 32-bit fractions: 0.2 arrives as 0.20000000298. */
  private static double ratio(double value) {
    return Double.parseDouble(Float.toString((float) value));
  }

  static ObjectNode update(UpdatePolicy policy) {
    ObjectNode node = Json.object().put("Parallelism", policy.parallelism());
    Json.putNumber(node, "Delay", policy.delay().toNanos());
    return node.put("FailureAction", Constants.text(policy.failureAction()))
        .put("Monitor", policy.monitor().toNanos())
        .put("MaxFailureRatio", policy.maxFailureRatio())
        .put("Order", Constants.text(policy.order()));
  }
}
