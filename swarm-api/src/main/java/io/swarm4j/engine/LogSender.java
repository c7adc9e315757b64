package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.engine.http.Sink;
import io.swarm4j.stream.LogEntry;
import io.swarm4j.stream.LogGap;
import io.swarm4j.stream.LogReceiver;
import java.util.List;

/** Sends lines of logs to a client, as fast as it takes them. */
final class LogSender implements LogReceiver {
  private static final int STDERR = 2;

  private final Sink sink;
  private final LogFormat format;

  LogSender(Sink sink, LogFormat format) {
    this.sink = sink;
    this.format = format;
  }

  @Override
  public void entry(LogEntry entry) {
    if (!sink.write(format.line(entry))) {
      sink.awaitReady();
    }
  }

  @Override
  public void end(List<LogGap> gaps) {
    String warning = LogGap.warning(gaps);
    if (!warning.isEmpty()) {
      byte[] text = (warning + "\n").getBytes(UTF_8);
      sink.write(format.frames() ? LogFormat.frame(STDERR, text) : text);
    }
    sink.end();
  }
}
