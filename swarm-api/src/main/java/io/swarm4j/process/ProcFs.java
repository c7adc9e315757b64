package io.swarm4j.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code /proc} tells of the processes of this machine; nothing where there is none. */
final class ProcFs {
  private static final Path PROC = Path.of("/proc");
  private static final String MARK = MarkedProcess.VARIABLE + "=";
  private static final int PROCESS_GROUP = 2;
  private static final int SESSION = 3;
  private static final int START_TICKS = 19;

  private ProcFs() {}

  /**
   * All processes.
   *
   * @param marks whether their marks are wanted, which takes longer
   */
  static List<MarkedProcess> processes(boolean marks) {
    List<MarkedProcess> found = new ArrayList<>();
    try (DirectoryStream<Path> each = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : each) {
        long pid = Long.parseLong(entry.getFileName().toString());
        stat(pid)
            .ifPresent(
                fields ->
                    found.add(
                        new MarkedProcess(
                            pid,
                            Long.parseLong(fields[PROCESS_GROUP]),
                            Long.parseLong(fields[SESSION]),
                            marks ? mark(pid) : "")));
      }
    } catch (IOException notLinux) {
      return List.of();
    }
    return found;
  }

  /** When a process started, in a form that no other process with its number ever has. */
  static Optional<String> start(long pid) {
    Optional<String[]> stat = stat(pid);
    if (stat.isPresent()) {
      return Optional.of(
          read(PROC.resolve("sys/kernel/random/boot_id")).strip() + "/" + stat.get()[START_TICKS]);
    }
    return ProcessHandle.of(pid)
        .flatMap(handle -> handle.info().startInstant())
        .map(Object::toString);
  }

  /** Memory in use by a process, in bytes. */
  static long residentBytes(long pid) {
    String status = read(PROC.resolve(pid + "/status"));
    int at = status.indexOf("VmRSS:");
    if (at < 0) {
      return 0;
    }
    String line = status.substring(at, status.indexOf('\n', at));
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }

  /** The fields after the name, of which the first is the state; nothing of one that has ended. */
  private static Optional<String[]> stat(long pid) {
    String text = read(PROC.resolve(pid + "/stat"));
    int name = text.lastIndexOf(") "); // the name may hold anything, also parentheses
    if (name < 0) {
      return Optional.empty();
    }
    String[] fields = text.substring(name + 2).split(" ");
    return fields[0].equals("Z") || fields[0].equals("X") ? Optional.empty() : Optional.of(fields);
  }

  private static String mark(long pid) {
    for (String variable : read(PROC.resolve(pid + "/environ")).split("\0")) {
      if (variable.startsWith(MARK)) {
        return variable.substring(MARK.length());
      }
    }
    return "";
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException goneOrNotOurs) {
      return "";
    }
  }

  /**
   * A process of this machine.
   *
   * @param group its process group
   * @param session its session
   * @param mark the mark of the task that it belongs to, empty if it has none
   */
  record MarkedProcess(long pid, long group, long session, String mark) {
    /** The variable whose value is the mark; processes hand it down to those that they start. */
    static final String VARIABLE = "SWARM_TASK_MARK";
  }
}
