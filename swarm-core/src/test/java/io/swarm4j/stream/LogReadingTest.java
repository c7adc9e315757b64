package io.swarm4j.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.LogLine;
import io.swarm4j.agent.LogSink;
import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.FromTask.Cause;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.agent.protocol.TaskRequest;
import io.swarm4j.agent.protocol.ToTask;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.TaskBuilder;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.Store;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A reading as its nodes come, go and stay silent, on virtual time. */
class LogReadingTest implements NodeStreams, LogReceiver {
  private static final NodeId NODE = new NodeId(1, 1);
  private static final ServiceId SERVICE = new ServiceId(2, 2);

  private final VirtualTime time = new VirtualTime(1);
  private final Loop loop = time.newLoop("streams");
  private final Store store = new Store(loop, MemoryLog.single());
  private final LogBroker broker = new LogBroker(loop, this, store::view, store::feed);
  private final Map<TaskId, Opened> opened = new LinkedHashMap<>();
  private final List<String> lines = new ArrayList<>();
  private final List<LogGap> gaps = new ArrayList<>();
  private boolean ended;

  private record Opened(TaskRequest.ReadLogs request, Consumer<FromTask> out, List<ToTask> said) {}

  LogReadingTest() {
    store.open();
    time.settle();
    put(
        new Node(
            NODE,
            Meta.NEW,
            new NodeSpec(null, Map.of(), NodeRole.WORKER, Availability.ACTIVE),
            NodeDescription.UNKNOWN.withHostname("w1"),
            new NodeStatus(NodeState.READY, "", "10.0.0.1", time.now()),
            NodeRole.WORKER,
            null));
    put(Service.create(SERVICE, ServiceSpec.of("web", "nginx")));
  }

  private void put(StoreObject object) {
    loop.execute(
        () -> {
          StoreTransaction tx = store.begin();
          tx.put(object);
          store.commit(tx);
        });
    time.settle();
  }

  private void node(NodeState state) {
    Node node = store.view().node(NODE);
    put(node.withStatus(node.status().to(state, "", time.now())));
  }

  private TaskId task(int slot) {
    TaskId id = new TaskId(3, slot);
    put(
        TaskBuilder.builder()
            .id(id)
            .serviceId(SERVICE)
            .specVersion(1)
            .slot(new SlotKey.Numbered(slot))
            .nodeId(NODE)
            .desiredState(TaskState.RUNNING)
            .status(TaskStatus.of(TaskState.RUNNING, time.now(), ""))
            .build());
    return id;
  }

  @Override
  public NodeStreams.Stream open(
      NodeId node, TaskRequest request, long credit, Consumer<FromTask> receiver) {
    Opened stream = new Opened((TaskRequest.ReadLogs) request, receiver, new ArrayList<>());
    opened.put(request.task(), stream);
    return stream.said()::add;
  }

  private void write(TaskId task, String... texts) {
    List<LogLine> written = new ArrayList<>();
    for (String text : texts) {
      written.add(new LogLine(time.now(), LogSink.Stream.STDOUT, text.getBytes()));
    }
    opened.get(task).out().accept(new FromTask.Lines(written));
    time.settle();
  }

  private void say(TaskId task, FromTask part) {
    opened.get(task).out().accept(part);
    time.settle();
  }

  private static FromTask.End lost() {
    return new FromTask.End(new Outcome.Failed(Cause.NODE_UNREACHABLE, "gone"));
  }

  private LogSubscription read(LogQuery query) {
    LogSubscription reading = broker.read(new LogSource.OfService(SERVICE), query, this);
    reading.request(1000);
    time.settle();
    return reading;
  }

  @Override
  public void entry(LogEntry entry) {
    lines.add(entry.origin().name() + " " + entry.text());
  }

  @Override
  public void gap(LogGap gap) {
    gaps.add(gap);
  }

  @Override
  public void end(List<LogGap> all) {
    assertThat(all).isEqualTo(gaps);
    ended = true;
  }

  @Test
  void aNodeThatSaysNothingIsNamedAndTheOthersAreNotHeldUpForEver() {
    TaskId silent = task(1);
    TaskId talks = task(2);
    read(LogQuery.ALL);
    write(talks, "here");
    say(talks, new FromTask.End(new Outcome.Done()));
    assertThat(lines).isEmpty();

    time.advance(LogReading.PATIENCE);

    assertThat(lines).containsExactly("web.2 here");
    assertThat(gaps).singleElement().matches(gap -> gap.task().equals(silent));
    assertThat(ended).isTrue();
    assertThat(opened.get(silent).said()).containsExactly(new ToTask.Cancel());
  }

  @Test
  void aFollowedLogGoesOnWhereItWasCutOffOnceItsNodeIsBack() {
    TaskId task = task(1);
    read(LogQuery.FOLLOW);
    say(task, new FromTask.CaughtUp());
    write(task, "one", "two");
    say(task, lost());
    node(NodeState.DOWN);
    assertThat(gaps).hasSize(1);
    assertThat(ended).isFalse();

    node(NodeState.READY);
    assertThat(opened.get(task).request().options().since()).isEqualTo(time.now());
    write(task, "one", "two", "three");

    assertThat(lines).containsExactly("web.1 one", "web.1 two", "web.1 three");
  }

  @Test
  void aTaskThatItsNodeHasNotTakenUpYetIsTriedAgain() {
    TaskId task = task(1);
    read(LogQuery.FOLLOW);
    say(task, new FromTask.End(new Outcome.Failed(Cause.NO_SUCH_TASK, "not yet")));
    Opened first = opened.get(task);

    put(store.view().task(task).withDesiredState(TaskState.COMPLETE));

    assertThat(opened.get(task)).isNotSameAs(first);
    assertThat(gaps).isEmpty();
  }

  @Test
  void linesComeNoFasterThanTheyAreAskedForAndCreditFollowsThem() {
    TaskId task = task(1);
    LogSubscription reading = broker.read(new LogSource.OfService(SERVICE), LogQuery.ALL, this);
    time.settle();
    String[] many = new String[600];
    java.util.Arrays.fill(many, "x".repeat(80));
    write(task, many);
    assertThat(lines).isEmpty();

    reading.request(10);
    time.settle();
    assertThat(lines).hasSize(10);
    assertThat(opened.get(task).said()).isEmpty();
    reading.request(500);
    time.settle();

    assertThat(lines).hasSize(510);
    assertThat(opened.get(task).said()).hasSize(1).allMatch(ToTask.Credit.class::isInstance);
  }

  @Test
  void aReadingThatIsClosedCancelsItsStreamsAndIsSilent() {
    TaskId task = task(1);
    LogSubscription reading = read(LogQuery.FOLLOW);

    reading.close();
    time.settle();
    write(task, "late");

    assertThat(opened.get(task).said()).containsExactly(new ToTask.Cancel());
    assertThat(lines).isEmpty();
    assertThat(ended).isFalse();
  }

  @Test
  void whatComesAfterTheWantedTimeEndsTheReading() {
    TaskId task = task(1);
    LogQuery query =
        LogQuery.FOLLOW.with(q -> q.until(time.now().plusSeconds(10)).slots(Set.of(1)));
    read(query);
    say(task, new FromTask.CaughtUp());
    write(task, "in time");

    time.advance(Duration.ofSeconds(11));

    assertThat(lines).containsExactly("web.1 in time");
    assertThat(ended).isTrue();
  }
}
