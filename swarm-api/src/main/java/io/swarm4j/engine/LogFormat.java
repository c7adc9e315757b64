package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.agent.LogSink;
import io.swarm4j.stream.LogEntry;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * How lines of logs are sent.
 *
 * @param frames whether each line is framed with the number of its stream
 * @param timestamps whether each begins with its time
 * @param details whether each tells which task, service and node it comes from
 */
record LogFormat(boolean frames, boolean timestamps, boolean details) {
  private static final DateTimeFormatter NANOSECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);
  private static final int HEADER = 8;

  byte[] line(LogEntry entry) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(entry.bytes().length + 200);
    if (timestamps) {
      line.writeBytes((time(entry.at()) + " ").getBytes(UTF_8));
    }
    if (details) {
      LogEntry.Origin origin = entry.origin();
      String from =
          "com.docker.swarm.node.id="
              + origin.node()
              + ",com.docker.swarm.service.id="
              + origin.service()
              + ",com.docker.swarm.task.id="
              + origin.task()
              + " ";
      line.writeBytes(from.getBytes(UTF_8));
    }
    line.writeBytes(entry.bytes());
    line.write('\n');
    byte[] bytes = line.toByteArray();
    return frames ? frame(number(entry.stream()), bytes) : bytes;
  }

  static String time(Instant at) {
    return NANOSECONDS.format(at);
  }

  static int number(LogSink.Stream stream) {
    return stream == LogSink.Stream.STDOUT ? 1 : 2;
  }

  /** A frame of the multiplexed stream: number of the stream, three zeros, length, content. */
  static byte[] frame(int stream, byte[] content) {
    byte[] frame = new byte[HEADER + content.length];
    frame[0] = (byte) stream;
    for (int i = 0; i < 4; i++) {
      frame[4 + i] = (byte) (content.length >>> (24 - 8 * i));
    }
    System.arraycopy(content, 0, frame, HEADER, content.length);
    return frame;
  }
}
