package io.swarm4j.process;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;

/**
 * What is kept on disk of a task, so that the next life of the runtime finds what a crash has left
 * behind.
 *
 * @param pid its first process; 0 before it started
 * @param start when this process started, which tells it from a later one with the same number
 * @param mark the mark of its processes
 * @param cgroups folders of its control groups
 */
record TaskRecord(long pid, String start, String mark, List<Path> cgroups) {
  private static final String FILE = "state";
  private static final String PID = "pid";
  private static final String START = "start";
  private static final String MARK = "mark";
  private static final String CGROUPS = "cgroups";
  private static final String SEPARATOR = ":";

  TaskRecord {
    cgroups = List.copyOf(cgroups);
  }

  /** Writes it into the task's folder, in one step. */
  void write(Path folder) throws IOException {
    Properties values = new Properties();
    values.setProperty(PID, Long.toString(pid));
    values.setProperty(START, start);
    values.setProperty(MARK, mark);
    values.setProperty(
        CGROUPS, String.join(SEPARATOR, cgroups.stream().map(Path::toString).toList()));
    StringWriter text = new StringWriter();
    values.store(text, null);
    Path draft = folder.resolve(FILE + ".new");
    Files.writeString(draft, text.toString(), StandardCharsets.UTF_8);
    Files.move(draft, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Reads it from a task's folder; one of nothing if it is absent or unreadable. */
  static TaskRecord read(Path folder) {
    Properties values = new Properties();
    try (Reader text = Files.newBufferedReader(folder.resolve(FILE), StandardCharsets.UTF_8)) {
      values.load(text);
      return new TaskRecord(
          Long.parseLong(values.getProperty(PID, "0")),
          values.getProperty(START, ""),
          values.getProperty(MARK, ""),
          values.getProperty(CGROUPS, "").isEmpty()
              ? List.of()
              : List.of(values.getProperty(CGROUPS).split(SEPARATOR)).stream()
                  .map(Path::of)
                  .toList());
    } catch (IOException | IllegalArgumentException unusable) {
      return new TaskRecord(0, "", "", List.of());
    }
  }

  /** Whether its first process still runs, and not a foreign one that got its number. */
  boolean isAlive() {
    return pid > 0 && !start.isEmpty() && ProcFs.start(pid).filter(start::equals).isPresent();
  }
}
