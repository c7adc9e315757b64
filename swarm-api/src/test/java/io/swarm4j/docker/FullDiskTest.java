package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An engine whose disk is full says so, and works again when there is room. */
@Tag("docker")
@Timeout(180)
class FullDiskTest {
  @RegisterExtension
  @Order(1)
  static final SmallDisk DISK = new SmallDisk();

  @RegisterExtension
  @Order(2)
  static final DockerHosts HOSTS = DockerHosts.own(1, "--data-root", DISK.folder.toString());

  /** A disk of 40 MB in memory, from before the engine starts until after it has ended. */
  private static final class SmallDisk implements BeforeAllCallback, AfterAllCallback {
    final Path folder =
        Path.of(
            System.getProperty("java.io.tmpdir"), "swarm4j-disk-" + ProcessHandle.current().pid());

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
      if (Files.isWritable(Path.of("/proc/sys/kernel/hostname"))) { // without root the hosts skip
        Files.createDirectory(folder);
        DockerHosts.run(
            List.of("mount", "-t", "tmpfs", "-o", "size=40m", "swarm4j", folder.toString()));
      }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
      if (Files.exists(folder)) {
        DockerHosts.run(List.of("umount", "-l", folder.toString())); // gone when its engine is
        Files.delete(folder);
      }
    }
  }

  private static void await(CompletionStage<?> stage) throws Exception {
    stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static Path fill() throws IOException {
    Path file = DISK.folder.resolve("fill");
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] block = new byte[1 << 16];
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      return file;
    }
  }

  @Test
  void fullDiskIsTheReasonAndLeavesNothing() throws Exception {
    Host host = HOSTS.host(0);
    try (DockerRuntime runtime =
        DockerRuntime.builder(new RealTime(), "disk-test")
            .engine(EngineAddress.of(host.uri()))
            .build()) {
      Path file = fill();
      Container refused =
          runtime.create(TestTask.of(ContainerSpec.of("swarm4j/customer")).context());

      Throwable failure = catchThrowable(() -> await(refused.start()));

      assertThat(failure).hasCauseInstanceOf(TaskFailure.class);
      assertThat(((TaskFailure) failure.getCause()).reason())
          .isInstanceOfSatisfying(
              Reason.StartFailed.class,
              reason -> assertThat(reason.detail()).contains("no space left on device"));
      await(refused.remove());
      Files.delete(file);
      assertThat(host.docker("ps", "-aq")).isEmpty();
      await(runtime.create(TestTask.of(ContainerSpec.of("swarm4j/customer")).context()).start());
    }
    assertThat(host.docker("ps", "-aq")).isEmpty();
  }
}
