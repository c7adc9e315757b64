package io.swarm4j;

import io.swarm4j.compose.Stack;
import io.swarm4j.model.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Stacks: services, networks, secrets and configs that come from one compose file. Thread-safe. */
public interface Stacks {

  /**
   * Creates or updates a stack from a compose file; what has not changed is not touched, and
   * nothing is stored if anything is wrong.
   *
   * @throws io.swarm4j.model.InvalidSpecException with file, line, column and remedy of every fault
   */
  Deployment deploy(String name, Path composeFile);

  /** Creates or updates a stack that was read before. */
  Deployment deploy(Stack stack);

  /** Removes a stack with all that belongs to it. */
  void remove(String name);

  /** Names of stacks and how many services each has. */
  Map<String, Integer> list();

  /** The services of a stack, by name. */
  List<Service> services(String name);

  /** Waits for all services of a stack; the outcomes by service name. */
  Map<String, Convergence> await(String name, Duration timeout);

  /**
   * What a deployment did.
   *
   * @param created names of what is new
   * @param updated names of what was changed
   * @param unchanged names of what was left alone
   */
  record Deployment(List<String> created, List<String> updated, List<String> unchanged) {}
}
