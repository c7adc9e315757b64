package io.swarm4j.examples.scenario;

import io.swarm4j.engine.EngineApi;
import io.swarm4j.engine.NodeSeat;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.node.SwarmNode;
import io.swarm4j.testing.DockerCli;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;

/**
 * Machines that are in no swarm yet, each with an endpoint, which the docker CLI leads into one.
 */
final class Machines implements AutoCloseable {
  private final Path folder;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  Machines(Path folder) {
    DockerCli.requireInstalled();
    this.folder = folder;
  }

  /**
   * A machine, and the CLI pointed at it.
   *
   * @param listen where it would listen for other nodes
   */
  DockerCli start(String name, String listen) {
    SwarmNode node =
        SwarmNode.builder(folder.resolve(name))
            .hostname(name)
            .listen(listen)
            .images(SampleImages.all())
            .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofMillis(500)))
            .start();
    open.push(node);
    Path socket = folder.resolve(name + ".sock");
    EngineApi api = EngineApi.of(NodeSeat.of(node)).strict(true).unixSocket(socket).start();
    open.push(api);
    return new DockerCli(DockerCli.installed().get(0), api.hosts().get(0), folder);
  }

  DockerCli start(String name) {
    return start(name, "127.0.0.1:0");
  }

  /** A machine that has begun a swarm. */
  DockerCli manager(String name) {
    DockerCli docker = start(name);
    docker.run("swarm", "init", "--advertise-addr", "127.0.0.1").ok();
    return docker;
  }

  /** The command that joins the swarm of a manager. */
  static String[] join(DockerCli manager, String role) {
    return join(manager.run("swarm", "join-token", "-q", role).ok(), manager);
  }

  static String[] join(String token, DockerCli manager) {
    String address =
        manager.run("node", "inspect", "self", "--format", "{{.ManagerStatus.Addr}}").ok();
    return new String[] {"swarm", "join", "--token", token, address};
  }

  static Callable<String> nodes(DockerCli docker) {
    String format = "{{.Hostname}} {{.Status}} {{.ManagerStatus}} {{.TLSStatus}}";
    return () -> docker.run("node", "ls", "--format", format).out();
  }

  @Override
  public void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
