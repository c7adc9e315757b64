package io.swarm4j;

import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.compose.Stack;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.stream.LogReceiver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Stacks: services, networks, secrets and configs that come from one compose file. Thread-safe. */
public interface Stacks {

  /**
   * Creates or updates a stack from a compose file; what has not changed is not touched, and
   * nothing is stored if anything is wrong.
   *
   * @throws io.swarm4j.model.InvalidSpecException with file, line, column and remedy of every fault
   */
  Deployment deploy(String name, Path composeFile);

  /**
   * The same with options, such as the stack's name and variables. Faults of the file and those
   * that only the swarm knows, such as external secrets that it does not have, come together.
   *
   * @throws io.swarm4j.model.InvalidSpecException with file, line, column and remedy of every fault
   */
  Deployment deploy(Path composeFile, ComposeOptions options);

  /** Creates or updates a stack that was read before, and keeps services that it has no more. */
  default Deployment deploy(Stack stack) {
    return deploy(stack, Leftovers.KEEP);
  }

  /** Creates or updates a stack that was read before. */
  Deployment deploy(Stack stack, Leftovers leftovers);

  /** Twin of {@link #deploy(Stack, Leftovers)}. */
  CompletionStage<Deployment> deployAsync(Stack stack, Leftovers leftovers);

  /**
   * Removes a stack with all that belongs to it; returns when its tasks have ended, other than
   * those of nodes that are down.
   */
  void remove(String name);

  /** Twin of {@link #remove}. */
  CompletionStage<Void> removeAsync(String name);

  /** Names of stacks and how many services each has. */
  Map<String, Integer> list();

  /** The services of a stack, by name. */
  List<Service> services(String name);

  /** The tasks of a stack's services, by service and slot, newest first. */
  List<Task> tasks(String name);

  /** Waits until all services of a stack are what their specs say, or can not become so. */
  StackConvergence await(String name, Duration timeout);

  /** Twin of {@link #await}. */
  CompletionStage<StackConvergence> awaitAsync(String name, Duration timeout);

  /** What becomes of services of a stack that its file no longer has. */
  enum Leftovers {
    /** They run on, as the reference does unless told otherwise. */
    KEEP,
    /** They are removed. */
    PRUNE
  }

  /** Reads the output of all services of a stack; see {@link Services#logs(String, LogQuery)}. */
  Logs logs(String name, LogQuery query);

  /** Twin of {@link #logs(String, LogQuery)}. */
  AutoCloseable logs(String name, LogQuery query, LogReceiver receiver);

  /**
   * What a deployment did.
   *
   * @param created names of what is new
   * @param updated names of what was changed
   * @param unchanged names of what was left alone
   * @param removed names of services that the file no longer has, if these were to be removed
   */
  record Deployment(
      List<String> created, List<String> updated, List<String> unchanged, List<String> removed) {}
}
