package io.swarm4j.examples.terminal;

import io.swarm4j.Swarm;
import io.swarm4j.event.SwarmEvent;
import io.swarm4j.model.Node;
import io.swarm4j.model.Task;
import io.swarm4j.store.View;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;

/** One line for each new state of a task or node, for output that goes to a file or pipe. */
public final class PlainProgress implements Consumer<SwarmEvent> {
  private final Swarm swarm;
  private final PrintStream out;
  private final Instant start = Instant.now();

  private PlainProgress(Swarm swarm, PrintStream out) {
    this.swarm = swarm;
    this.out = out;
  }

  /** Prints what happens from now on, until closed. */
  public static AutoCloseable of(Swarm swarm, PrintStream out) {
    return swarm.watch(new PlainProgress(swarm, out));
  }

  @Override
  public void accept(SwarmEvent event) {
    if (event instanceof SwarmEvent.TaskCreated made) {
      print(text(made.task()));
    } else if (event instanceof SwarmEvent.TaskChanged changed && changed.isTransition()) {
      print(text(changed.after()));
    } else if (event instanceof SwarmEvent.NodeJoined joined) {
      print(text(joined.node()));
    } else if (event instanceof SwarmEvent.NodeChanged changed
        && !text(changed.before()).equals(text(changed.after()))) {
      print(text(changed.after()));
    }
  }

  private String text(Task task) {
    View view = swarm.view();
    Node node = task.nodeId() == null ? null : view.node(task.nodeId());
    return "%s %s%s: %s%s"
        .formatted(
            view.nameOf(task),
            task.id().toString().substring(0, 8),
            node == null ? "" : " on " + node.hostname(),
            task.state().text(),
            task.status().err().isEmpty() ? "" : ", " + task.status().err());
  }

  private static String text(Node node) {
    return "node %s: %s, %s"
        .formatted(
            node.hostname(),
            node.status().state().name().toLowerCase(Locale.ROOT),
            node.spec().availability().name().toLowerCase(Locale.ROOT));
  }

  private void print(String text) {
    Duration age = Duration.between(start, Instant.now());
    out.printf(Locale.ROOT, "%7.3f s  %s%n", age.toMillis() / 1000.0, text);
  }
}
