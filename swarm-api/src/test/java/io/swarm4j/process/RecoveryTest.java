package io.swarm4j.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.Container;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Payload;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a crash of the JVM leaves behind is ended by the next life of the runtime. */
@Timeout(60)
class RecoveryTest {
  @TempDir Path dir;

  /** A program that starts a task with grandchildren and crashes. */
  static final class Crashing {
    public static void main(String[] args) throws Exception {
      ProcessRuntime runtime = ProcessRuntime.builder(new RealTime(), Path.of(args[0])).build();
      TestTask task =
          TestTask.of(
                  ContainerSpec.of("process")
                      .withCommand(
                          List.of(
                              "sh",
                              "-c",
                              "trap '' HUP PIPE TERM; setsid sleep 2001 & (sleep 2002 &); sleep"
                                  + " 2003")))
              .secret(FileTarget.of("pass"), Payload.of("x"))
              .resources(new ResourceRequirements(Resources.of(1, 64L << 20), null, 0));
      Container container = runtime.create(task.context());
      container.start().toCompletableFuture().get(20, TimeUnit.SECONDS);
      System.out.println(container.task());
      Runtime.getRuntime().halt(1);
    }
  }

  private String crash() throws Exception {
    List<String> command = new ArrayList<>(JavaPrograms.command(Crashing.class));
    command.add(dir.toString());
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String task = output.readLine();
      assertThat(child.waitFor()).isEqualTo(1);
      return task;
    }
  }

  @Test
  void processesFilesAndGroupsOfACrashedRuntimeAreRemoved() throws Exception {
    String task = crash();
    assertThat(Leftovers.processes(dir)).isNotEmpty();
    assertThat(Leftovers.files(dir)).anyMatch(file -> file.endsWith(task));

    try (ProcessRuntime next = ProcessRuntime.builder(new RealTime(), dir).build()) {
      assertThat(next.recover().toCompletableFuture().get(30, TimeUnit.SECONDS)).isEmpty();
    }

    assertThat(Leftovers.processes(dir)).isEmpty();
    assertThat(Leftovers.files(dir)).isEmpty();
  }

  @Test
  void foreignProcessWithARecycledNumberIsLeftAlone() throws Exception {
    Process foreign = new ProcessBuilder("setsid", "sleep", "2004").start();
    try {
      Path folder = dir.resolve("tasks").resolve("0".repeat(25));
      Files.createDirectories(folder);
      new TaskRecord(foreign.pid(), "an earlier boot/1", "mark", List.of()).write(folder);

      try (ProcessRuntime next = ProcessRuntime.builder(new RealTime(), dir).build()) {
        next.recover().toCompletableFuture().get(30, TimeUnit.SECONDS);
      }

      assertThat(foreign.isAlive()).isTrue();
      assertThat(folder).doesNotExist();
    } finally {
      foreign.destroyForcibly();
    }
  }

  @Test
  void recordedProcessIsKnownAgain() throws Exception {
    Process own = new ProcessBuilder("sleep", "2005").start();
    try {
      String start = ProcFs.start(own.pid()).orElseThrow();
      new TaskRecord(own.pid(), start, "mark", List.of(Path.of("/a"), Path.of("/b"))).write(dir);

      TaskRecord read = TaskRecord.read(dir);

      assertThat(read)
          .isEqualTo(
              new TaskRecord(own.pid(), start, "mark", List.of(Path.of("/a"), Path.of("/b"))));
      assertThat(read.isAlive()).isTrue();
      own.destroyForcibly().waitFor();
      assertThat(read.isAlive()).isFalse();
      assertThat(TaskRecord.read(dir.resolve("nowhere")).isAlive()).isFalse();
    } finally {
      own.destroyForcibly();
    }
  }

  @Test
  void tasksOfThisLifeAreNotTouched() throws Exception {
    try (ProcessRuntime runtime = ProcessRuntime.builder(new RealTime(), dir).build()) {
      Container container =
          runtime.create(
              TestTask.of(ContainerSpec.of("process").withCommand(List.of("sleep", "2006")))
                  .context());
      container.start().toCompletableFuture().get(20, TimeUnit.SECONDS);

      runtime.recover().toCompletableFuture().get(30, TimeUnit.SECONDS);

      assertThat(container.exit().toCompletableFuture()).isNotDone();
      assertThat(Leftovers.processesOf(runtime)).hasSize(1);
    }
  }
}
