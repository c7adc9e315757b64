package io.swarm4j.examples.terminal;

import io.swarm4j.examples.terminal.TextTable.Cell;
import io.swarm4j.examples.terminal.TextTable.Style;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A state of a swarm as tables: its nodes, services and tasks. */
public final class StateTable {
  /** For how long an ended task is still shown. */
  private static final Duration AFTERGLOW = Duration.ofSeconds(10);

  private StateTable() {}

  /**
   * The tables.
   *
   * @param now the time that ages are reckoned to
   * @param styled whether the lines carry escape codes for colours
   */
  public static List<String> lines(View view, Instant now, boolean styled) {
    List<String> lines = new ArrayList<>(nodes(view).lines(styled));
    lines.add("");
    lines.addAll(services(view).lines(styled));
    lines.add("");
    lines.addAll(tasks(view, now).lines(styled));
    return lines;
  }

  private static TextTable nodes(View view) {
    TextTable table = new TextTable("NODE", "ROLE", "STATUS", "AVAILABILITY", "TASKS", "ADDRESS");
    view.nodes().stream()
        .sorted(Comparator.comparing(Node::hostname))
        .forEach(
            node ->
                table.row(
                    node.hostname(),
                    lower(node.role()),
                    new Cell(
                        lower(node.status().state()),
                        node.status().state() == NodeState.READY ? Style.GOOD : Style.BAD),
                    lower(node.spec().availability()),
                    view.tasksOn(node.id()).stream()
                        .filter(task -> task.state() == TaskState.RUNNING && task.isDesiredAlive())
                        .count(),
                    node.status().address()));
    return table;
  }

  private static TextTable services(View view) {
    TextTable table = new TextTable("SERVICE", "REPLICAS", "PORTS", "UPDATE", "IMAGE");
    view.services().stream()
        .filter(service -> !service.isRemoved())
        .sorted(Comparator.comparing(Service::name))
        .forEach(
            service ->
                table.row(
                    service.name(),
                    replicas(view, service),
                    ports(service),
                    service.updateStatus() == null ? "" : lower(service.updateStatus().state()),
                    service.spec().task().container().image()));
    return table;
  }

  private static Cell replicas(View view, Service service) {
    List<Task> alive = view.tasksOf(service.id()).stream().filter(Task::isDesiredAlive).toList();
    long running = alive.stream().filter(task -> task.state() == TaskState.RUNNING).count();
    int wanted =
        service.spec().mode() instanceof ServiceMode.Replicated replicated
            ? replicated.replicas()
            : alive.size();
    return new Cell(running + "/" + wanted, running == wanted ? Style.GOOD : Style.BUSY);
  }

  private static String ports(Service service) {
    return service.endpoint().ports().stream()
        .map(StateTable::port)
        .collect(Collectors.joining(", "));
  }

  private static String port(PortSpec port) {
    String text = port.published() + "->" + port.target();
    return port.protocol() == PortSpec.Protocol.TCP ? text : text + "/" + lower(port.protocol());
  }

  private static TextTable tasks(View view, Instant now) {
    TextTable table = new TextTable("TASK", "ID", "NODE", "STATE", "SINCE", "ERROR");
    view.tasks().stream()
        .filter(task -> isShown(task, now))
        .sorted(
            Comparator.comparing((Task task) -> serviceName(view, task))
                .thenComparing(Task::slot)
                .thenComparing(Task::isDesiredAlive, Comparator.reverseOrder())
                .thenComparing(task -> task.meta().createdAt(), Comparator.reverseOrder()))
        .forEach(
            task ->
                table.row(
                    task.isDesiredAlive() ? view.nameOf(task) : " \\ " + view.nameOf(task),
                    task.id().toString().substring(0, 8),
                    nodeName(view, task),
                    new Cell(task.state().text(), style(task)),
                    age(Duration.between(task.status().at(), now)),
                    task.status().err()));
    return table;
  }

  private static String serviceName(View view, Task task) {
    Service service = view.service(task.serviceId());
    return service == null ? "" : service.name();
  }

  private static boolean isShown(Task task, Instant now) {
    return task.isDesiredAlive()
        || !task.state().isTerminal()
        || task.status().at().plus(AFTERGLOW).isAfter(now);
  }

  private static String nodeName(View view, Task task) {
    Node node = task.nodeId() == null ? null : view.node(task.nodeId());
    return node == null ? "" : node.hostname();
  }

  private static Style style(Task task) {
    return switch (task.state()) {
      case RUNNING -> task.isDesiredAlive() ? Style.GOOD : Style.BUSY;
      case FAILED, REJECTED, ORPHANED -> Style.BAD;
      case COMPLETE, SHUTDOWN -> Style.PLAIN;
      default -> Style.BUSY;
    };
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** A time span as people say it, such as {@code 12 s} or {@code 3 min}. */
  static String age(Duration age) {
    if (age.compareTo(Duration.ofMinutes(2)) < 0) {
      return Math.max(0, age.toSeconds()) + " s";
    }
    return age.compareTo(Duration.ofHours(2)) < 0 ? age.toMinutes() + " min" : age.toHours() + " h";
  }
}
