package io.swarm4j.process;

import io.swarm4j.agent.LogLine;
import io.swarm4j.agent.LogSink.Stream;
import io.swarm4j.agent.LogStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a task's output in files, of which the oldest is deleted when there are too many.
 *
 * <p>A line of a file is {@code 2026-01-01T00:00:00.123456789Z stdout F text}, the form in which
 * other container runtimes write them, so that the usual tools read it. The position of a line is
 * the number of bytes written before it; a file is named after its first position.
 */
final class RotatingLog implements LogStorage {
  private static final Logger LOG = LoggerFactory.getLogger(RotatingLog.class);
  private static final int CHUNK = 128 * 1024; // several times the longest line

  private final Path folder;
  private final long mostBytes;
  private final int mostFiles;
  private final TreeMap<Long, Path> files = new TreeMap<>();
  private @Nullable FileChannel current;
  private long next;
  private boolean closed;
  private boolean broken;

  /**
   * Empty.
   *
   * @param folder where the files stand; made when it is needed
   * @param mostBytes size from which on a new file is begun
   * @param mostFiles how many files are kept
   */
  RotatingLog(Path folder, long mostBytes, int mostFiles) {
    this.folder = folder;
    this.mostBytes = mostBytes;
    this.mostFiles = mostFiles;
  }

  @Override
  public synchronized void append(LogLine line) {
    if (closed) {
      return;
    }
    byte[] record = encode(line);
    try {
      if (current == null || next - files.lastKey() >= mostBytes) {
        rotate();
      }
      ByteBuffer buffer = ByteBuffer.wrap(record);
      while (current != null && buffer.hasRemaining()) {
        current.write(buffer);
      }
      next += record.length;
    } catch (IOException failure) {
      if (!broken) {
        LOG.warn("output of a task is lost: {} cannot be written", folder, failure);
      }
      broken = true;
    }
  }

  private void rotate() throws IOException {
    closeCurrent();
    Files.createDirectories(folder);
    Path file = folder.resolve(String.format(Locale.ROOT, "output-%016d.log", next));
    current = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    files.put(next, file);
    while (files.size() > mostFiles) {
      Files.deleteIfExists(files.pollFirstEntry().getValue());
    }
  }

  private void closeCurrent() throws IOException {
    if (current != null) {
      current.close();
      current = null;
    }
  }

  private static byte[] encode(LogLine line) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(line.bytes().length + 48);
    String stream = line.stream() == Stream.STDOUT ? " stdout F " : " stderr F ";
    bytes.writeBytes((line.at() + stream).getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(line.bytes());
    bytes.write('\n');
    return bytes.toByteArray();
  }

  @Override
  public synchronized long next() {
    return next;
  }

  @Override
  public synchronized Batch read(long position) {
    if (files.isEmpty() || position >= next) {
      return new Batch(List.of(), Math.max(position, next));
    }
    long from = Math.max(position, files.firstKey());
    Map.Entry<Long, Path> file = files.floorEntry(from);
    Long following = files.higherKey(from);
    long end = following == null ? next : following;
    try (FileChannel channel = FileChannel.open(file.getValue(), StandardOpenOption.READ)) {
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, end - from));
      while (chunk.hasRemaining()
          && channel.read(chunk, from - file.getKey() + chunk.position()) > 0) {
        // until the chunk is full
      }
      return decode(chunk.array(), chunk.position(), from);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Batch decode(byte[] bytes, int length, long position) {
    List<LogLine> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        lines.add(decode(bytes, from, i));
        from = i + 1;
      }
    }
    return new Batch(lines, position + from);
  }

  private static LogLine decode(byte[] bytes, int from, int to) {
    int space = from;
    while (bytes[space] != ' ') {
      space++;
    }
    Instant at = Instant.parse(new String(bytes, from, space - from, StandardCharsets.US_ASCII));
    int text = space + " stdout F ".length();
    Stream stream = bytes[space + " std".length()] == 'o' ? Stream.STDOUT : Stream.STDERR;
    byte[] line = new byte[to - text];
    System.arraycopy(bytes, text, line, 0, line.length);
    return new LogLine(at, stream, line);
  }

  /** Closes the files; the owner of the folder deletes them. */
  @Override
  public synchronized void close() {
    closed = true;
    files.clear();
    try {
      closeCurrent();
    } catch (IOException failure) {
      LOG.debug("a log file could not be closed", failure);
    }
  }
}
