package io.swarm4j.examples;

import io.swarm4j.PortProblem;
import io.swarm4j.StackConvergence;
import io.swarm4j.Stacks;
import io.swarm4j.Swarm;
import io.swarm4j.compose.Stack;
import io.swarm4j.examples.terminal.PlainProgress;
import io.swarm4j.examples.terminal.Screen;
import io.swarm4j.examples.terminal.StateTable;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A stack on an embedded swarm, shown live until Ctrl-C. */
final class Showcase {
  private static final Duration DEPLOY_LIMIT = Duration.ofSeconds(30);
  private static final String LOCALHOST = "127.0.0.1";
  private static final long REDRAW_MILLIS = 250;
  private static final long LAST_DRAWING_SECONDS = 2;

  private final PrintStream out;
  private final Apis.Places apis;
  private final @Nullable TestBed bed;
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch drawn = new CountDownLatch(1);

  /**
   * A showcase.
   *
   * @param apis where the Engine API is served
   * @param bed the Docker hosts that go with the swarm; null for none
   */
  Showcase(PrintStream out, Apis.Places apis, @Nullable TestBed bed) {
    this.out = out;
    this.apis = apis;
    this.bed = bed;
  }

  /**
   * Starts the swarm, deploys the stack, and shows both until the JVM is told to end.
   *
   * @param stack what to deploy; null for nothing
   * @param pages paths that are worth a visit at the published ports
   * @return an exit code
   */
  int run(Swarm.Builder builder, @Nullable Stack stack, List<String> pages) throws Exception {
    long start = System.nanoTime();
    Swarm swarm = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(swarm), "examples-end"));
    out.printf(
        "swarm of %d nodes started in %d ms%n",
        swarm.nodes().list().size(), (System.nanoTime() - start) / 1_000_000);
    try (AutoCloseable progress = Screen.isTerminal() ? () -> {} : PlainProgress.of(swarm, out);
        Apis open = Apis.start(swarm, apis, bed, out)) {
      if (stack != null) {
        deploy(swarm, stack);
        announce(swarm, stack, pages);
      }
      out.println("Ctrl-C ends the swarm.");
      out.println();
      watch(swarm);
    } finally {
      drawn.countDown();
    }
    return 0;
  }

  private void deploy(Swarm swarm, Stack stack) {
    stack.warnings().forEach(warning -> out.println("warning: " + warning));
    long start = System.nanoTime();
    Stacks.Deployment done = swarm.stacks().deploy(stack);
    done.created().forEach(name -> out.println("created " + name));
    StackConvergence outcome = swarm.stacks().await(stack.name(), DEPLOY_LIMIT);
    if (outcome.isConverged()) {
      out.printf("all services run, %d ms later%n", (System.nanoTime() - start) / 1_000_000);
    } else {
      outcome.services().forEach((service, why) -> out.println(service + ": " + why));
    }
  }

  private void announce(Swarm swarm, Stack stack, List<String> pages) {
    List<PortProblem> problems = swarm.portProblems();
    for (Service service : swarm.stacks().services(stack.name())) {
      for (PortSpec port : service.endpoint().ports()) {
        List<String> hosts = new ArrayList<>(swarm.nodeAddresses().values());
        hosts.add(0, LOCALHOST);
        hosts.removeIf(
            host ->
                problems.stream()
                    .anyMatch(
                        p -> p.address().equals(new InetSocketAddress(host, port.published()))));
        out.printf("%s is open on port %d of %s%n", service.name(), port.published(), hosts);
        for (String page : hosts.isEmpty() ? List.<String>of() : pages) {
          out.println("  try  curl http://" + hosts.get(0) + ":" + port.published() + page);
        }
      }
    }
    problems.forEach(problem -> out.println("note: " + problem));
  }

  private void watch(Swarm swarm) throws InterruptedException {
    if (!Screen.isTerminal()) {
      asked.await();
      return;
    }
    Screen screen = Screen.of(out);
    do {
      screen.draw(StateTable.lines(swarm.view(), Instant.now(), true));
    } while (!asked.await(REDRAW_MILLIS, TimeUnit.MILLISECONDS));
  }

  private void end(Swarm swarm) {
    asked.countDown();
    try {
      drawn.await(LAST_DRAWING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
    long start = System.nanoTime();
    swarm.close();
    if (bed != null) {
      bed.close();
    }
    out.printf("%nswarm ended in %d ms%n", (System.nanoTime() - start) / 1_000_000);
  }
}
