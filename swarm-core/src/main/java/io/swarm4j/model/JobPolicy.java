package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When and how often a job runs, and with which parameters.
 *
 * @param schedule when it runs by itself; null for no set times
 * @param onRequest whether it runs only when it is asked to; a job without schedule that does not
 *     say so runs once when it is created and again whenever its spec changes
 * @param deadline longest time that a run may take; null for no limit
 * @param parameters names of parameters with their defaults; tasks get them as environment
 *     variables
 * @param required names of parameters that every run must be given
 * @param keepRuns how many runs are kept with their tasks; 0 stands for {@link #DEFAULT_KEEP}
 */
@RecordBuilder
public record JobPolicy(
    @Nullable JobSchedule schedule,
    boolean onRequest,
    @Nullable Duration deadline,
    Map<String, String> parameters,
    Set<String> required,
    int keepRuns)
    implements JobPolicyBuilder.With {

  /** Runs once, at once. */
  public static final JobPolicy AT_ONCE = JobPolicyBuilder.builder().build();

  /** Runs that are kept where nothing else is said. */
  public static final int DEFAULT_KEEP = 10;

  public JobPolicy {
    parameters = Copies.map(parameters);
    required = required == null ? Set.of() : Set.copyOf(required);
    keepRuns = keepRuns == 0 ? DEFAULT_KEEP : keepRuns;
    Check check = Check.of("JobPolicy");
    check
        .duration(deadline, "deadline")
        .that(keepRuns >= 1, "keepRuns", keepRuns, "1 or more, 0 for " + DEFAULT_KEEP)
        .that(
            schedule == null || !onRequest,
            Fault.Code.CONTRADICTION,
            "onRequest",
            onRequest,
            "false on a job with a schedule; it can be run in between at any time")
        .that(
            required.isEmpty() || onRequest,
            Fault.Code.CONTRADICTION,
            "required",
            required,
            "no required parameters on a job that runs by itself; set onRequest, or give them"
                + " defaults");
    for (String name : required) {
      check.that(
          !parameters.containsKey(name),
          Fault.Code.CONTRADICTION,
          "required",
          name,
          "a parameter without default");
    }
    check.orThrow();
  }

  /** Starts from {@link #AT_ONCE}. */
  public static JobPolicyBuilder builder() {
    return JobPolicyBuilder.builder();
  }

  /** Whether it starts as soon as it is created or changed. */
  public boolean runsAtOnce() {
    return schedule == null && !onRequest;
  }

  /**
   * What is wrong with the parameters of a run; empty if nothing is.
   *
   * @param given name and value of each
   */
  public List<Fault> faults(Map<String, String> given) {
    List<Fault> faults = new ArrayList<>();
    Set<String> known = new TreeSet<>(required);
    known.addAll(parameters.keySet());
    new TreeMap<>(given)
        .forEach(
            (name, value) -> {
              if (!known.contains(name)) {
                faults.add(
                    new Fault(
                        Fault.Code.UNKNOWN_REFERENCE,
                        "parameters." + name,
                        value,
                        "parameters of the job: " + known));
              }
            });
    for (String name : new TreeSet<>(required)) {
      if (!given.containsKey(name)) {
        faults.add(new Fault(Fault.Code.MISSING, "parameters." + name, "", "a value"));
      }
    }
    return faults;
  }
}
