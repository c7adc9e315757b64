package io.swarm4j.compose;

import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.DisconnectPolicy;
import io.swarm4j.model.DisconnectPolicy.Survivor;
import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.JobPolicy;
import io.swarm4j.model.JobPolicyBuilder;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.JobSchedule.Concurrency;
import io.swarm4j.model.JobSchedule.MissedRuns;
import io.swarm4j.model.UpdatePolicy.WhilePaused;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what a swarm can do and compose files have no keys for: keys that begin with x-. */
final class ExtensionReader {
  /** Of a grant: what a new version does to running tasks. */
  static final String ON_CHANGE = "x-on-change";

  /** Of {@code update_config}: the longest time without progress. */
  static final String PROGRESS_DEADLINE = "x-progress-deadline";

  /** Of {@code update_config}: what becomes of a failed slot while the roll-out is paused. */
  static final String WHILE_PAUSED = "x-while-paused";

  /** Of {@code deploy}: what happens to tasks whose node is out of reach. */
  static final String ON_DISCONNECT = "x-on-disconnect";

  /** Of {@code deploy}: when a job runs, and with what. */
  static final String JOB = "x-job";

  static final Vocabulary DISCONNECT = Vocabulary.of("policy", "after", "on_return");
  static final Vocabulary JOB_KEYS =
      Vocabulary.of(
          "schedule",
          "time_zone",
          "missed_runs",
          "concurrency",
          "on_request",
          "deadline",
          "parameters",
          "required",
          "keep_runs");
  private static final Map<String, ChangePolicy> CHANGES =
      Map.of(
          "none", ChangePolicy.NONE,
          "restart", ChangePolicy.RESTART,
          "signal", ChangePolicy.SIGNAL,
          "hot", ChangePolicy.HOT);
  private static final Map<String, WhilePaused> PAUSED =
      Map.of("refill", WhilePaused.REFILL, "hold", WhilePaused.HOLD);
  private static final Map<String, MissedRuns> MISSED =
      Map.of(
          "skip", MissedRuns.SKIP,
          "run-once", MissedRuns.RUN_ONCE,
          "run-all", MissedRuns.RUN_ALL);
  private static final Map<String, Concurrency> CONCURRENCY =
      Map.of(
          "forbid", Concurrency.FORBID,
          "replace", Concurrency.REPLACE,
          "allow", Concurrency.ALLOW);
  private static final Map<String, Survivor> SURVIVORS =
      Map.of("replacement", Survivor.REPLACEMENT, "original", Survivor.ORIGINAL);

  private ExtensionReader() {}

  static ChangePolicy onChange(Fields grant) {
    return Optional.ofNullable(grant.<ChangePolicy>map(ON_CHANGE, value -> value.oneOf(CHANGES)))
        .orElse(ChangePolicy.NONE);
  }

  static @Nullable WhilePaused whilePaused(Value value) {
    return value.oneOf(PAUSED);
  }

  static @Nullable DisconnectPolicy disconnect(Value section) {
    Fields fields = Fields.of(section, DISCONNECT);
    String policy =
        fields.map(
            "policy",
            value ->
                value.oneOf(
                    Map.of(
                        "keep", "keep", "replace", "replace", "stop", "stop", "fence", "fence")));
    Duration after = fields.duration("after");
    Survivor survivor = fields.map("on_return", value -> value.oneOf(SURVIVORS));
    if (policy == null) {
      if (!fields.has("policy")) {
        fields.required("policy", "write one of fence, keep, replace, stop");
      }
      return null;
    }
    if (!policy.equals("replace") && survivor != null) {
      contradiction(fields, "on_return", policy);
    }
    if (policy.equals("keep")) {
      if (after != null) {
        contradiction(fields, "after", policy);
      }
      return new DisconnectPolicy.Keep();
    }
    if (after == null) {
      if (!fields.has("after")) {
        fields.required("after", "write how long the node may be out of reach, such as 5m");
      }
      return null;
    }
    return switch (policy) {
      case "replace" ->
          survivor == null
              ? new DisconnectPolicy.ReplaceAfter(after)
              : new DisconnectPolicy.ReplaceAfter(after, survivor);
      case "stop" -> new DisconnectPolicy.StopAfter(after);
      default -> new DisconnectPolicy.Fence(after);
    };
  }

  private static void contradiction(Fields fields, String key, String policy) {
    fields.at(key).fault(Code.CONTRADICTION, "", "means nothing with policy " + policy);
  }

  static @Nullable JobPolicy job(Value section) {
    Fields fields = Fields.of(section, JOB_KEYS);
    JobPolicyBuilder builder =
        JobPolicy.builder()
            .onRequest(fields.bool("on_request"))
            .parameters(fields.textMap("parameters"))
            .required(new LinkedHashSet<>(fields.texts("required")));
    fields.ifPresent("deadline", Value::duration, builder::deadline);
    fields.ifPresent("keep_runs", value -> value.count(Integer.MAX_VALUE), builder::keepRuns);
    JobSchedule schedule = schedule(fields);
    if (schedule != null) {
      builder.schedule(schedule);
    }
    Origins origins =
        Origins.at(section)
            .put("onRequest", fields.at("on_request"))
            .put("required", fields.at("required"))
            .put("keepRuns", fields.at("keep_runs"));
    return section.reading().build(origins, builder::build);
  }

  private static @Nullable JobSchedule schedule(Fields fields) {
    String zone = Optional.ofNullable(fields.text("time_zone")).orElse("UTC");
    MissedRuns missed =
        Optional.ofNullable(fields.<MissedRuns>map("missed_runs", value -> value.oneOf(MISSED)))
            .orElse(MissedRuns.SKIP);
    Concurrency concurrency =
        Optional.ofNullable(
                fields.<Concurrency>map("concurrency", value -> value.oneOf(CONCURRENCY)))
            .orElse(Concurrency.FORBID);
    String cron = fields.text("schedule");
    if (cron == null) {
      for (String key : new String[] {"time_zone", "missed_runs", "concurrency"}) {
        if (fields.has(key) && !fields.has("schedule")) {
          fields.at(key).fault(Code.CONTRADICTION, "", "means nothing without a schedule");
        }
      }
      return null;
    }
    Origins origins =
        Origins.at(fields.section())
            .put("cron", fields.at("schedule"))
            .put("zone", fields.at("time_zone"));
    return fields
        .section()
        .reading()
        .build(origins, () -> new JobSchedule(cron, zone, missed, concurrency));
  }
}
