package io.swarm4j.agent;

import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.FromTask.Cause;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.ToTask;
import io.swarm4j.time.Loop;
import java.time.Instant;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's end of a reading of a task's log. */
final class LogStream implements TaskStreams.OpenStream, LogSink {
  private static final Logger LOG = LoggerFactory.getLogger(LogStream.class);

  private final Outlet<LogLine> outlet;
  private final LogOptions options;
  private AutoCloseable reading = () -> {};

  LogStream(Loop loop, long credit, Consumer<FromTask> out, LogOptions options) {
    this.outlet = new Outlet<>(loop, credit, FromTask::cost, FromTask.Lines::new, out);
    this.options = options;
  }

  @Override
  public void start(Container container) {
    try {
      reading = container.logs(options, this);
    } catch (RuntimeException refused) {
      outlet.mark(new FromTask.End(new Outcome.Failed(Cause.REFUSED, TaskStreams.text(refused))));
    }
  }

  @Override
  public void line(Instant at, Stream stream, byte[] line) {
    outlet.put(new LogLine(at, stream, line));
  }

  @Override
  public void caughtUp() {
    outlet.mark(new FromTask.CaughtUp());
  }

  @Override
  public void end() {
    outlet.mark(new FromTask.End(new Outcome.Done()));
  }

  @Override
  public void hear(ToTask part) {
    if (part instanceof ToTask.Credit more) {
      outlet.grant(more.bytes());
    }
  }

  @Override
  public void cancel() {
    outlet.close();
    try {
      reading.close();
    } catch (Exception failed) {
      LOG.debug("a reading could not be closed in good order", failed);
    }
  }
}
