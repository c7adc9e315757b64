package io.swarm4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.Feature;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/run node} as a service manager and an operator use it. */
@Timeout(240)
class NodeCommandTest {
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  /** An argument of sleep that no other test uses. */
  private final String seconds = "85" + ProcessHandle.current().pid() + ".0625";

  @TempDir Path folder;
  private final List<Process> all = new ArrayList<>();

  @AfterEach
  void end() {
    all.forEach(Process::destroyForcibly);
    sleepers().forEach(ProcessHandle::destroyForcibly);
  }

  private List<ProcessHandle> sleepers() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").endsWith("sleep " + seconds))
        .toList();
  }

  private Process start(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "node",
                "--listen",
                "127.0.0.1:0",
                "--runtime",
                "process"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    all.add(process);
    return process;
  }

  /** Reads what a node says until it runs. */
  private static List<String> awaitStart(Process node) throws Exception {
    List<String> said = new ArrayList<>();
    BufferedReader out = node.inputReader(UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.add(line);
      if (line.startsWith("Ctrl-C")) {
        return said;
      }
    }
    throw new AssertionError("it ended: " + said);
  }

  private static String said(Process process) throws Exception {
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text;
  }

  private static String id(List<String> said) {
    String line = said.stream().filter(each -> each.startsWith("node ")).findFirst().orElseThrow();
    return line.substring(line.indexOf('('), line.indexOf(')'));
  }

  @Test
  @Feature({"C02", "C05", "C09"})
  void aNodeEndsCleanlyOnSigtermComesBackIsBackedUpAndRestored() throws Exception {
    DockerCli.requireInstalled();
    Path socket = folder.resolve("engine.sock");
    String data = folder.resolve("m1").toString();
    DockerCli docker = new DockerCli(DockerCli.installed().get(0), "unix://" + socket, folder);
    Process first = start("--init", "--data", data, "--name", "m1", "--engine", socket.toString());
    List<String> said = awaitStart(first);
    assertThat(said)
        .anyMatch(line -> line.startsWith("to add a worker:  examples/run node --join"));
    docker
        .run("service", "create", "--detach=false", "--name", "idle", "process", "sleep", seconds)
        .ok();
    assertThat(sleepers()).hasSize(1);

    first.destroy();

    assertThat(first.waitFor()).isEqualTo(ENDED_BY_SIGTERM);
    assertThat(sleepers()).as("its tasks have ended").isEmpty();

    assertThat(said(start("--data", data, "--dry-run"))).contains("1 services");
    Path file = folder.resolve("backup");
    String printed = said(start("--data", data, "--backup", file.toString()));
    String key = printed.substring(printed.indexOf("SWMKEY-1-")).strip();

    Process again = start("--data", data, "--name", "m1");
    assertThat(id(awaitStart(again))).isEqualTo(id(said));
    again.destroy();
    again.waitFor();

    String other = folder.resolve("n1").toString();
    Process restored =
        start(
            "--data",
            other,
            "--name",
            "n1",
            "--restore",
            file.toString(),
            "--key",
            key,
            "--engine",
            socket.toString());
    awaitStart(restored);
    assertThat(docker.run("service", "ls", "--format", "{{.Name}}").ok()).isEqualTo("idle");
    restored.destroy();
    assertThat(restored.waitFor()).isEqualTo(ENDED_BY_SIGTERM);
  }
}
