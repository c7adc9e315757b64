package io.swarm4j.agent;

import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskBuilder;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.ScriptedRuntime;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A manager that says what the test tells it to one agent, on virtual time. */
final class FakeManager implements Managers {
  final VirtualTime time = new VirtualTime(1);
  final NodeId node = new NodeId(7, 7);
  final ScriptedRuntime runtime;
  final List<Instant> attempts = new ArrayList<>();
  final List<ToManager> heard = new ArrayList<>();
  final Map<TaskId, TaskStatus> reported = new LinkedHashMap<>();
  @Nullable NodeDescription described;
  Agent agent;
  boolean reachable = true;

  /** Whether reports get lost on their way. */
  boolean losesReports;

  /** Whether it opens sessions, answers heartbeats and acknowledges reports of itself. */
  boolean answers = true;

  /** Term in which it leads. */
  long term = 1;

  private final Loop loop = time.newLoop("agent");
  private @Nullable Consumer<ToNode> out;
  private long session;
  private long sequence;
  private long tasks;

  FakeManager() {
    runtime = new ScriptedRuntime(loop, "w1");
    agent = newAgent();
  }

  private Agent newAgent() {
    return new Agent(node, "10.0.0.1", runtime, loop, Chance.seeded(1), this, NameResolver.NONE);
  }

  FakeManager start() {
    agent.start();
    time.settle();
    return this;
  }

  /** Another agent takes over from the present one, which is just dropped. */
  void restartAgent() {
    agent.disconnect();
    reachable = false;
    time.settle();
    agent.close();
    time.settle();
    reachable = true;
    agent = newAgent();
    agent.start();
    time.settle();
  }

  @Override
  public Link connect(Consumer<ToNode> receiver, Runnable closed) {
    attempts.add(time.now());
    if (!reachable) {
      throw new UnavailableException("no manager in reach");
    }
    out = receiver;
    return new Link() {
      @Override
      public void send(ToManager message) {
        heard.add(message);
        if (answers) {
          answer(message);
        }
      }

      @Override
      public void close() {}
    };
  }

  private void answer(ToManager message) {
    if (message instanceof ToManager.Register) {
      sequence = 0;
      say(new ToNode.Registered(++session, Duration.ofSeconds(5), term));
    } else if (message instanceof ToManager.Unfit unfit) {
      say(new ToNode.Refused(unfit.why()));
    } else if (message instanceof ToManager.Heartbeat) {
      say(new ToNode.HeartbeatHeard(session, Duration.ofSeconds(5), sequence));
    } else if (message instanceof ToManager.Report report && !losesReports) {
      described = report.description() == null ? described : report.description();
      report.tasks().forEach(task -> reported.put(task.task(), task.status()));
      say(new ToNode.ReportHeard(session, report.sequence()));
    }
  }

  private void say(ToNode message) {
    if (out != null) {
      out.accept(message);
    }
  }

  /** Says something and lets the agent follow it up. */
  void tell(ToNode message) {
    say(message);
    time.settle();
  }

  void assign(boolean complete, Assignment... assignments) {
    tell(
        new ToNode.Assignments(
            session, sequence++, complete, Arrays.asList(assignments), List.of()));
  }

  void remove(TaskId task) {
    tell(new ToNode.Assignments(session, sequence++, false, List.of(), List.of(task)));
  }

  /** Loses a message on its way to the agent. */
  void skipOne() {
    sequence++;
  }

  Assignment newTask() {
    return newTask(ServiceSpec.of("web", "nginx"));
  }

  Assignment newTask(ServiceSpec spec) {
    Task task =
        TaskBuilder.builder()
            .id(new TaskId(1, ++tasks))
            .serviceId(new ServiceId(1, 1))
            .specVersion(1)
            .slot(new SlotKey.Numbered((int) tasks))
            .nodeId(node)
            .desiredState(TaskState.RUNNING)
            .status(TaskStatus.of(TaskState.ASSIGNED, time.now(), ""))
            .build();
    return new Assignment(task, spec, "web." + tasks, List.of());
  }

  /** The same task with another desired state, and its status as last reported. */
  Assignment desire(Assignment assignment, TaskState desired) {
    Task task = assignment.task().withDesiredState(desired);
    TaskStatus status = reported.get(task.id());
    return new Assignment(
        status == null ? task : task.withStatus(status),
        assignment.service(),
        assignment.name(),
        assignment.files());
  }

  TaskState state(Assignment assignment) {
    return status(assignment).state();
  }

  TaskStatus status(Assignment assignment) {
    return reported.get(assignment.task().id());
  }

  int registrations() {
    return (int) heard.stream().filter(ToManager.Register.class::isInstance).count();
  }

  void passSeconds(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }
}
