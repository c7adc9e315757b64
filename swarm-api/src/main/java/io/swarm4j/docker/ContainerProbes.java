package io.swarm4j.docker;

import io.swarm4j.agent.Container.ProbeResult;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.NetProbe;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Reason;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Probes of one container, which this agent carries out. Blocks. */
final class ContainerProbes {
  private static final int MOST_OUTPUT = 4096; // as much as the reference keeps

  private final DockerRuntime runtime;
  private final @Nullable TaskContext context;
  private final Supplier<String> id;
  private final Supplier<@Nullable Ip> address;

  /**
   * Of a container.
   *
   * @param context null where it was found
   * @param id the engine's id of it
   * @param address at which this machine reaches it; gives null if there is none
   */
  ContainerProbes(
      DockerRuntime runtime,
      @Nullable TaskContext context,
      Supplier<String> id,
      Supplier<@Nullable Ip> address) {
    this.runtime = runtime;
    this.context = context;
    this.id = id;
    this.address = address;
  }

  /** Carries out one probe. */
  ProbeResult run(Probe probe, Duration timeout) throws Exception {
    if (probe instanceof Probe.Http http) {
      return NetProbe.http(reachedAt(), http.port(), http.path(), timeout);
    } else if (probe instanceof Probe.Tcp tcp) {
      return NetProbe.tcp(reachedAt(), tcp.port(), timeout);
    } else if (probe instanceof Probe.Exec exec) {
      return command(exec.command());
    } else if (probe instanceof Probe.Shell shell) {
      return command(List.of("/bin/sh", "-c", shell.line()));
    } else if (probe instanceof Probe.Callback callback) {
      return callback(callback.name());
    }
    return new ProbeResult(true, 0, "");
  }

  private InetAddress reachedAt() {
    Ip known = address.get();
    if (known == null) {
      String text = "the container has no address that this machine reaches";
      throw new TaskFailure(new Reason.StartFailed(text), text);
    }
    return known.toInetAddress();
  }

  private ProbeResult command(List<String> words) throws Exception {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ExecStreams streams = new ExecStreams(InputStream.nullInputStream(), output, output);
    ExecSpec spec = ExecSpec.builder().command(words).build();
    EngineCommand command =
        EngineCommand.start(runtime.engine(), runtime.work(), id.get(), spec, streams);
    try (command) {
      int code = command.exit().toCompletableFuture().get();
      int length = Math.min(output.size(), MOST_OUTPUT);
      return new ProbeResult(
          code == 0, code, new String(output.toByteArray(), 0, length, StandardCharsets.UTF_8));
    }
  }

  private ProbeResult callback(String callback) throws Exception {
    HealthCallback found = runtime.callback(callback);
    if (found == null || context == null) {
      String text = "no callback is registered under the name " + callback;
      return new ProbeResult(false, 1, text);
    }
    boolean healthy = found.isHealthy(context);
    return new ProbeResult(healthy, healthy ? 0 : 1, "callback " + callback);
  }
}
