package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a user wants of a service.
 *
 * @param name DNS label, unique in the swarm without regard to case
 * @param labels free-form metadata
 * @param task what each task runs, and under which conditions
 * @param mode how many tasks there are; one replica unless set
 * @param update how a change is rolled out; null stands for {@link UpdatePolicy#DEFAULT}
 * @param rollback how a rollback is rolled out; null stands for {@link UpdatePolicy#DEFAULT}
 * @param endpoint published ports and how the service's name resolves
 * @param disconnect what happens to tasks whose node is out of reach; null does as the reference
 *     does
 * @param job when and how a job runs; null stands for {@link JobPolicy#AT_ONCE}
 */
@RecordBuilder
public record ServiceSpec(
    String name,
    Map<String, String> labels,
    TaskSpec task,
    ServiceMode mode,
    @Nullable UpdatePolicy update,
    @Nullable UpdatePolicy rollback,
    EndpointSpec endpoint,
    @Nullable DisconnectPolicy disconnect,
    @Nullable JobPolicy job)
    implements ServiceSpecBuilder.With {

  /** One replica, as if nothing had been said. */
  public static final ServiceMode DEFAULT_MODE = new ServiceMode.Replicated(1);

  public ServiceSpec {
    labels = Copies.map(labels);
    mode = Copies.or(mode, DEFAULT_MODE);
    endpoint = Copies.or(endpoint, EndpointSpec.NONE);
    Check check = Check.of("ServiceSpec").present(task, "task");
    Names.dnsLabel(check, name, "name");
    check.that(
        !mode.isJob() || update == null,
        Fault.Code.CONTRADICTION,
        "update",
        update,
        "no update policy: jobs may not have one");
    check.that(
        !mode.isJob() || rollback == null,
        Fault.Code.CONTRADICTION,
        "rollback",
        rollback,
        "no rollback policy: jobs may not have one");
    check.that(
        job == null || mode.isJob(),
        Fault.Code.CONTRADICTION,
        "job",
        job,
        "a job policy on a job mode only");
    check.that(
        !(mode instanceof ServiceMode.GlobalJob)
            || job == null
            || job.schedule() == null
            || job.schedule().concurrency() != JobSchedule.Concurrency.ALLOW,
        Fault.Code.CONTRADICTION,
        "job.schedule.concurrency",
        JobSchedule.Concurrency.ALLOW,
        "FORBID or REPLACE on a global job: a node runs one task of it at a time");
    check
        .that(
            !isFenced(disconnect) || stopsFirst(update),
            Fault.Code.CONTRADICTION,
            "update.order",
            UpdateOrder.START_FIRST,
            "STOP_FIRST on a fenced service, which has at most one task per slot")
        .that(
            !isFenced(disconnect) || stopsFirst(rollback),
            Fault.Code.CONTRADICTION,
            "rollback.order",
            UpdateOrder.START_FIRST,
            "STOP_FIRST on a fenced service, which has at most one task per slot");
    if (task != null) {
      check.that(
          task.placement().maxReplicasPerNode() == 0 || !mode.isGlobal(),
          Fault.Code.CONTRADICTION,
          "task.placement.maxReplicasPerNode",
          task.placement().maxReplicasPerNode(),
          "0 on a global service, which has one task per node anyway");
    }
    check.orThrow();
  }

  private static boolean isFenced(@Nullable DisconnectPolicy policy) {
    return policy instanceof DisconnectPolicy.Fence;
  }

  private static boolean stopsFirst(@Nullable UpdatePolicy policy) {
    return policy == null || policy.order() == UpdateOrder.STOP_FIRST;
  }

  /** Whether at most one task may run for a slot at any time. */
  public boolean isFenced() {
    return isFenced(disconnect);
  }

  /** A replicated service with one replica of {@code image} and defaults everywhere else. */
  public static ServiceSpec of(String name, String image) {
    return ServiceSpecBuilder.builder().name(name).task(TaskSpec.of(image)).build();
  }

  /** Starts from nothing. */
  public static ServiceSpecBuilder builder() {
    return ServiceSpecBuilder.builder();
  }

  /** The update policy in force. */
  public UpdatePolicy effectiveUpdate() {
    return Copies.or(update, UpdatePolicy.DEFAULT);
  }

  /** The rollback policy in force. */
  public UpdatePolicy effectiveRollback() {
    return Copies.or(rollback, UpdatePolicy.DEFAULT);
  }

  /** When and how it runs, if it is a job. */
  public JobPolicy effectiveJob() {
    return Copies.or(job, JobPolicy.AT_ONCE);
  }

  /** The same service with another number of replicas. */
  public ServiceSpec withReplicas(int replicas) {
    return withMode(new ServiceMode.Replicated(replicas));
  }
}
