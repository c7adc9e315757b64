package io.swarm4j;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.stream.LogReceiver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * The services of a swarm.
 *
 * <p>Services are named by id, name or unique id prefix. Blocking methods wait until the change is
 * committed; the task work that follows goes on by itself, see {@link #await}. All methods throw,
 * or fail with, {@link io.swarm4j.model.InvalidSpecException} for a faulty request, {@link
 * io.swarm4j.model.NotFoundException}, {@link io.swarm4j.model.ConflictException} and {@link
 * io.swarm4j.model.UnavailableException}. Thread-safe.
 */
public interface Services {

  /**
   * Creates a service. Its image's tag is stored with the digest that it stands for, where the
   * swarm has an {@link ImageResolver} that knows; the tag alone otherwise.
   */
  Service create(ServiceSpec spec);

  /** Twin of {@link #create}. */
  CompletionStage<Service> createAsync(ServiceSpec spec);

  /**
   * Changes a service's spec; tasks are replaced under its update policy where that is needed. An
   * equal spec changes nothing.
   *
   * @param change a function of the spec that it is given, and nothing else: it may be called again
   */
  Service update(String service, UnaryOperator<ServiceSpec> change);

  /** Twin of {@link #update(String, UnaryOperator)}. */
  CompletionStage<Service> updateAsync(String service, UnaryOperator<ServiceSpec> change);

  /**
   * Replaces a service's spec, if it is still at the version that the caller has seen.
   *
   * @param version {@code service.meta().version()} of what was read
   */
  Service update(String service, long version, ServiceSpec spec);

  /** Twin of {@link #update(String, long, ServiceSpec)}. */
  CompletionStage<Service> updateAsync(String service, long version, ServiceSpec spec);

  /**
   * Tells what a spec would do to the service of its name, or to a new one: which fields change,
   * which tasks start and stop when and where, how few run meanwhile, and what becomes of it.
   * Nothing is stored.
   *
   * <p>The engine finds out by going on from a copy of the present state, in a time of its own; it
   * takes the caller's thread for as long as the managers would be busy with the change. What a
   * faulty spec is refused with, it is refused with here.
   */
  ServicePlan plan(ServiceSpec spec);

  /** Twin of {@link #plan}; the plan is made by the thread that completes the stage. */
  CompletionStage<ServicePlan> planAsync(ServiceSpec spec);

  /**
   * Does what was planned, if the service is still as it was then.
   *
   * @throws io.swarm4j.model.ConflictException if it has changed since, was removed, or has been
   *     created meanwhile
   */
  Service apply(ServicePlan plan);

  /** Twin of {@link #apply}. */
  CompletionStage<Service> applyAsync(ServicePlan plan);

  /** Sets the number of replicas of a replicated service. */
  Service scale(String service, int replicas);

  /** Twin of {@link #scale}. */
  CompletionStage<Service> scaleAsync(String service, int replicas);

  /** Brings back the spec before the present one; twice is where you were. */
  Service rollback(String service);

  /** Twin of {@link #rollback(String)}. */
  CompletionStage<Service> rollbackAsync(String service);

  /**
   * Brings back the spec before the present one, if the service is still at the version that the
   * caller has seen.
   */
  Service rollback(String service, long version);

  /** Twin of {@link #rollback(String, long)}. */
  CompletionStage<Service> rollbackAsync(String service, long version);

  /**
   * Brings back any spec that the service keeps, under its rollback policy.
   *
   * @param specVersion version of that spec, see {@link Service#history}
   */
  Service rollbackTo(String service, long specVersion);

  /** Twin of {@link #rollbackTo}. */
  CompletionStage<Service> rollbackToAsync(String service, long specVersion);

  /** Removes a service; its tasks end soon after. Its name is free at once. */
  void remove(String service);

  /** Twin of {@link #remove}. */
  CompletionStage<Void> removeAsync(String service);

  /**
   * The same services, whose specs are stored as they are given: no tag is asked for its digest.
   */
  Services asGiven();

  /**
   * What a service's image was asked for as, what its tasks run, and what its tag stands for now.
   *
   * @see ImageResolver
   */
  ImagePin image(String service);

  /** Twin of {@link #image}; fails as the resolver does. */
  CompletionStage<ImagePin> imageAsync(String service);

  /** One service. */
  Service get(String service);

  /** All services that were not removed, by name. */
  List<Service> list();

  /** The tasks of a service, by slot, newest first. */
  List<Task> tasks(String service);

  /** How the tasks of a service are, as counts. */
  ServiceHealth health(String service);

  /** Waits until the service is what its spec says, or can not become so. */
  Convergence await(String service, Duration timeout);

  /** Twin of {@link #await}. */
  CompletionStage<Convergence> awaitAsync(String service, Duration timeout);

  /**
   * Reads the output of a service's tasks, old and new, wherever they run, as one, ordered by time.
   *
   * <p>What cannot be had, since its node is out of reach or its task has no node yet, is named in
   * {@link Logs#gaps()}; all else comes nevertheless. Output goes with its task: once a task is
   * forgotten, so are its lines. A reading that follows ends when the service is removed and its
   * last task has ended.
   */
  Logs logs(String service, LogQuery query);

  /**
   * Twin of {@link #logs(String, LogQuery)}.
   *
   * @param receiver called on a thread of the swarm, one call at a time; one that blocks slows down
   *     nothing but its own reading
   * @return ends the reading
   */
  AutoCloseable logs(String service, LogQuery query, LogReceiver receiver);
}
