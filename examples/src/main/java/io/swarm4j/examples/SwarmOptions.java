package io.swarm4j.examples;

import io.swarm4j.Swarm;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.model.Check;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the examples that start a swarm: how large it is. */
final class SwarmOptions {

  @Option(
      names = "--managers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of managers, which run tasks, too (default: ${DEFAULT-VALUE}).")
  private int managers;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "Number of workers (default: ${DEFAULT-VALUE}).")
  private int workers;

  @Option(
      names = "--api",
      paramLabel = "FOLDER",
      description = "Serves the Docker Engine API of each node on a unix socket in this folder.")
  private @Nullable Path api;

  @Option(
      names = "--page",
      paramLabel = "PORT",
      description = {
        "Shows the swarm as a web page on this port of 127.0.0.1. Every user of this machine can",
        "reach it, and the Docker Engine API along with it."
      })
  private @Nullable Integer page;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "Keeps the swarm's state in this folder; with several managers, replicated among them.")
  private @Nullable Path data;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Option(
      names = "--runtime",
      paramLabel = "KIND",
      defaultValue = "jvm",
      description = {
        "What runs the tasks: in-jvm, Java code of this program (the default), or docker,",
        "containers on a Docker host of its own for each node, made by examples/testbed (Linux,",
        "root)."
      },
      converter = RuntimeKind.Reader.class)
  private RuntimeKind runtime = RuntimeKind.IN_JVM;

  /** The Docker hosts for a swarm of this size; null where Java code runs the tasks. */
  @Nullable TestBed bed() {
    Check.of("options")
        .that(runtime != RuntimeKind.PROCESS, "--runtime", runtime, "in-jvm or docker")
        .orThrow();
    return runtime == RuntimeKind.DOCKER ? TestBed.up(managers + workers) : null;
  }

  /** Short enough to watch what follows; engines on the same machine take their share of it. */
  Duration heartbeat() {
    return runtime == RuntimeKind.DOCKER ? Duration.ofSeconds(1) : Duration.ofMillis(200);
  }

  Apis.Places apis() {
    return new Apis.Places(api, page);
  }

  int managers() {
    return managers;
  }

  @Nullable Path data() {
    return data;
  }

  int workers() {
    return workers;
  }

  /**
   * A swarm of that size, which knows the sample applications.
   *
   * @param bed where containers run; null for Java code
   */
  Swarm.Builder builder(String name, @Nullable TestBed bed) {
    Swarm.Builder builder =
        Swarm.builder()
            .name(name)
            .managers(managers)
            .workers(workers)
            .images(SampleImages.all())
            .publishOnLocalhost(true);
    if (data != null) {
      builder.dataDirectory(data);
    }
    return bed == null ? builder : builder.addresses(bed.addresses()).runtime(bed.runtimes(name));
  }
}
