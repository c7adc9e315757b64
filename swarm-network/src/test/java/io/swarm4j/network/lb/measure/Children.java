package io.swarm4j.network.lb.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes of a measurement, which end with it. */
final class Children implements AutoCloseable {
  private static final int MICROS_PER_TICK = 10_000;
  private final List<Process> processes = new ArrayList<>();

  /** A JVM with one of this package's programs; its first line of output is a port. */
  record Child(int port, long pid) {}

  Child java(Class<?> program, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(args));
    Process process = start(command);
    BufferedReader out = process.inputReader();
    return new Child(Integer.parseInt(out.readLine()), process.pid());
  }

  Process start(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    return process;
  }

  /** CPU time of a process so far, user and system. */
  static long cpuMicros(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
  }

  /** Ends this process when its parent has closed the pipe to it, or is gone. */
  static void endWithStandardInput() {
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // nothing is ever said
                }
              } catch (IOException e) {
                // the parent is gone
              }
              Runtime.getRuntime().halt(0);
            });
    watcher.setDaemon(true);
    watcher.start();
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
  }
}
