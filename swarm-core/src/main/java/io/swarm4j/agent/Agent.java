package io.swarm4j.agent;

import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToManager.TaskReport;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's worker: holds a session with a manager, brings its tasks to their desired state, and
 * reports how far they are.
 *
 * <p>Tasks run on while no manager is in reach. Each new session begins with the complete set of
 * assignments and a report of every task, so that nothing is run twice and nothing is forgotten.
 * Many agents may share one loop.
 */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(8);

  /** When a beat is repeated, unless its answer names another time. */
  private static final Duration UNANSWERED_BEAT = Duration.ofSeconds(5);

  /** Beats without an answer after which the connection is given up. */
  private static final int SILENT_BEATS = 3;

  private final NodeId node;
  private final String address;
  private final Runtime runtime;
  private final Loop loop;
  private final Chance chance;
  private final Managers managers;
  private final NameResolver names;
  private final Map<TaskId, TaskRun> runs = new LinkedHashMap<>();
  private final Map<TaskId, TaskStatus> unreported = new LinkedHashMap<>();
  private Managers.@Nullable Link link;
  private long connection;
  private long session = -1;
  private long latestTerm;
  private long expectedSequence;
  private long reportSequence;
  private int unansweredBeats;
  private final Isolation isolation;
  private Instant asked;
  private ToManager.@Nullable Report unheard;
  private boolean unheardForABeat;
  private boolean reportPlanned;
  private Duration backoff = Duration.ZERO;
  private @Nullable TaskStreams streams;
  private Timer retry = Timer.NONE;
  private Timer heartbeat = Timer.NONE;
  private NodeDescription described = NodeDescription.UNKNOWN;
  private boolean describedAnew;
  private boolean recovered;
  private boolean closed;

  /**
   * Makes an agent; {@link #start()} lets it begin.
   *
   * @param address address of the node under which its tasks and published ports are reached
   * @param names how tasks find services by name
   */
  public Agent(
      NodeId node,
      String address,
      Runtime runtime,
      Loop loop,
      Chance chance,
      Managers managers,
      NameResolver names) {
    this.node = node;
    this.address = address;
    this.runtime = runtime;
    this.loop = loop;
    this.isolation = new Isolation(loop, runs::values);
    this.asked = loop.now();
    this.chance = chance;
    this.managers = managers;
    this.names = names;
  }

  /**
   * Takes over what an earlier life left behind, then looks for a manager. Any thread.
   *
   * <p>While that is hindered the managers hear why.
   */
  public void start() {
    CompletionStage<List<Container>> recovery = runtime.recover();
    if (!recovery.toCompletableFuture().isDone()) {
      loop.execute(this::retryLater);
    }
    recovery.whenComplete(
        (containers, failure) ->
            loop.execute(
                () -> {
                  if (failure != null) {
                    LOG.warn(
                        "node {}: leftovers of an earlier run could not be looked up",
                        node,
                        failure);
                  } else {
                    containers.forEach(
                        container ->
                            runs.put(container.task(), TaskRun.adopted(this, loop, container)));
                  }
                  recovered = true;
                  connect();
                }));
  }

  /** Which node this is. */
  public NodeId node() {
    return node;
  }

  String address() {
    return address;
  }

  NameResolver names() {
    return names;
  }

  Runtime runtime() {
    return runtime;
  }

  private @Nullable Container container(TaskId task) {
    TaskRun run = runs.get(task);
    return run == null ? null : run.container();
  }

  private void connect() {
    if (closed || link != null) {
      return;
    }
    Optional<String> outage = runtime.outage();
    if (!recovered && outage.isEmpty()) {
      retryLater();
      return;
    }
    long mine = ++connection;
    try {
      Managers.Link fresh =
          managers.connect(
              message ->
                  loop.execute(
                      () -> {
                        if (mine == connection) {
                          hear(message);
                        }
                      }),
              () -> loop.execute(() -> lost(mine, "connection closed")));
      link = fresh;
      fresh.send(outage.isPresent() ? new ToManager.Unfit(node, outage.get()) : register());
      heartbeat.cancel();
      heartbeat = loop.schedule(LONGEST_BACKOFF, () -> lost(mine, "no answer to the registration"));
    } catch (RuntimeException unreachable) {
      LOG.debug("node {}: no manager in reach", node, unreachable);
      hangUp();
      retryLater();
    }
  }

  private ToManager register() {
    described = runtime.describe();
    describedAnew = false;
    asked = loop.now();
    return new ToManager.Register(node, described, address);
  }

  private void lost(long which, String why) {
    if (which != connection || closed) {
      return;
    }
    LOG.debug("node {}: session lost: {}", node, why);
    hangUp();
    retryLater();
  }

  private void hangUp() {
    connection++;
    session = -1;
    unheard = null;
    if (streams != null) {
      streams.close();
      streams = null;
    }
    heartbeat.cancel();
    Managers.Link old = link;
    link = null;
    if (old != null) {
      old.close();
    }
  }

  private void retryLater() {
    Duration longer = FIRST_BACKOFF.plus(backoff.multipliedBy(2));
    backoff = longer.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : longer;
    retry.cancel();
    retry = loop.schedule(chance.between(Duration.ZERO, backoff), this::connect);
  }

  private void hear(ToNode message) {
    if (message instanceof ToNode.Registered registered) {
      registered(registered);
    } else if (message instanceof ToNode.Refused refused) {
      lost(connection, refused.why());
    } else if (message instanceof ToNode.HeartbeatHeard heard && heard.session() == session) {
      isolation.answered(asked);
      unansweredBeats = 0;
      if (heard.assignments() > expectedSequence) {
        lost(connection, missing(heard.assignments()));
      } else {
        isolation.asksAfter(heard.next());
        planBeat(heard.next());
      }
    } else if (message instanceof ToNode.ReportHeard heard
        && heard.session() == session
        && heard.sequence() == reportSequence) {
      unheard = null;
      planReport();
    } else if (message instanceof ToNode.StreamPart part
        && part.session() == session
        && streams != null) {
      streams.hear(part.stream(), part.part());
    } else if (message instanceof ToNode.Assignments assignments
        && assignments.session() == session) {
      assigned(assignments);
    }
  }

  private void registered(ToNode.Registered registered) {
    if (registered.term() < latestTerm) {
      // A deposed leader may not know yet that others have moved this node's tasks elsewhere.
      lost(
          connection,
          "the manager leads in term "
              + registered.term()
              + ", but there was one in "
              + latestTerm);
      return;
    }
    latestTerm = registered.term();
    isolation.answered(asked);
    session = registered.session();
    streams = new TaskStreams(loop, session, this::container, Objects.requireNonNull(link)::send);
    expectedSequence = 0;
    backoff = Duration.ZERO;
    unansweredBeats = 0;
    isolation.asksAfter(registered.heartbeat());
    planBeat(registered.heartbeat());
    for (TaskRun run : runs.values()) {
      if (run.isAssigned()) { // of others the manager knows more
        unreported.put(run.id(), run.status());
      }
    }
    planReport();
  }

  private void describe() {
    NodeDescription now = runtime.describe();
    if (!now.equals(described)) {
      described = now;
      describedAnew = true;
      planReport();
    }
  }

  private void planBeat(Duration delay) {
    heartbeat.cancel();
    heartbeat = loop.schedule(delay, this::beat);
  }

  private void beat() {
    Managers.Link open = link;
    if (open == null || session < 0) {
      return;
    }
    Optional<String> outage = runtime.outage();
    if (outage.isPresent()) {
      open.send(new ToManager.Goodbye(session, outage.get()));
      lost(connection, outage.get());
      return;
    }
    if (++unansweredBeats > SILENT_BEATS) {
      lost(connection, "the manager no longer answers");
      return;
    }
    if (unansweredBeats == 1) {
      asked = loop.now();
    }
    open.send(new ToManager.Heartbeat(session));
    repeatReport(open);
    planBeat(UNANSWERED_BEAT);
    describe();
  }

  /** A report that was not heard for a whole beat may be lost; to hear it twice does no harm. */
  private void repeatReport(Managers.Link open) {
    if (unheard != null && unheardForABeat) {
      open.send(unheard);
    }
    unheardForABeat = unheard != null;
  }

  private void assigned(ToNode.Assignments message) {
    if (message.sequence() != expectedSequence) {
      lost(connection, missing(message.sequence()));
      return;
    }
    expectedSequence++;
    if (message.complete()) {
      removeAllBut(message.updates());
    }
    for (Assignment assignment : message.updates()) {
      TaskRun run = runs.get(assignment.task().id());
      if (run == null && !assignment.task().state().isTerminal()) {
        run = new TaskRun(this, loop, assignment.task().id());
        runs.put(run.id(), run);
        if (!assignment.task().state().isBefore(TaskState.STARTING)) {
          run.mourn(assignment);
        }
      }
      if (run != null) {
        run.update(assignment);
      }
    }
    message.removals().forEach(this::remove);
    isolation.watch();
  }

  private String missing(long sequence) {
    return "assignments " + expectedSequence + " to " + sequence + " are missing";
  }

  private void removeAllBut(List<Assignment> assignments) {
    Set<TaskId> wanted = new HashSet<>();
    assignments.forEach(assignment -> wanted.add(assignment.task().id()));
    List<TaskId> unwanted = runs.keySet().stream().filter(id -> !wanted.contains(id)).toList();
    unwanted.forEach(this::remove);
  }

  private void remove(TaskId id) {
    TaskRun run = runs.remove(id);
    unreported.remove(id);
    if (run != null) {
      run.remove();
    }
  }

  /** Called by a task's run when it has come further. */
  void changed(TaskRun run) {
    if (runs.containsKey(run.id())) {
      unreported.put(run.id(), run.status());
      planReport();
    }
  }

  private void planReport() {
    if (!reportPlanned && unheard == null && session >= 0 && hasNews()) {
      reportPlanned = true;
      loop.execute(this::report);
    }
  }

  private boolean hasNews() {
    return describedAnew || !unreported.isEmpty();
  }

  private void report() {
    reportPlanned = false;
    Managers.Link open = link;
    if (open == null || session < 0 || unheard != null || !hasNews()) {
      return;
    }
    List<TaskReport> reports = new ArrayList<>(unreported.size());
    unreported.forEach((id, status) -> reports.add(new TaskReport(id, status)));
    unreported.clear();
    NodeDescription news = describedAnew ? described : null;
    describedAnew = false;
    unheard = new ToManager.Report(session, ++reportSequence, reports, news);
    unheardForABeat = false;
    open.send(unheard);
  }

  /**
   * Ends the session and, with its runtime, all tasks. Idempotent, bounded in time. Any thread but
   * the loop's.
   */
  @Override
  public void close() {
    end(true);
  }

  /**
   * Ends all tasks and the connection without a word, as the death of the machine would. Any thread
   * but the loop's.
   */
  public void halt() {
    end(false);
  }

  private void end(boolean inGoodOrder) {
    loop.execute(
        () -> {
          closed = true;
          Managers.Link open = link;
          if (open != null && session >= 0 && inGoodOrder) {
            open.send(new ToManager.Goodbye(session, ""));
          }
          retry.cancel();
          isolation.close();
          hangUp();
          runs.values().forEach(TaskRun::abandon);
        });
    runtime.close();
  }

  /**
   * Breaks the connection to the manager, as a failing network would; the agent looks for a new
   * one. Any thread.
   */
  public void disconnect() {
    loop.execute(() -> lost(connection, "disconnected on request"));
  }
}
