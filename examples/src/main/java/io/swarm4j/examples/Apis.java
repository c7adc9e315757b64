package io.swarm4j.examples;

import io.swarm4j.Swarm;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.model.Node;
import io.swarm4j.model.SwarmException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Engine API of each node of a swarm, on a unix socket named after the node. */
final class Apis implements AutoCloseable {
  private final List<EngineApi> apis = new ArrayList<>();

  private Apis() {}

  /**
   * Starts to listen.
   *
   * @param folder where the sockets go; null for no API at all
   * @param bed the engines of the nodes; null if they have none
   */
  static Apis start(Swarm swarm, @Nullable Path folder, @Nullable TestBed bed, PrintStream out) {
    Apis all = new Apis();
    if (folder == null) {
      return all;
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException failed) {
      throw new SwarmException("can not make the folder " + folder, failed);
    }
    for (Node node : swarm.nodes().list()) {
      String name = node.hostname();
      EngineApi.Builder builder =
          EngineApi.of(swarm, name)
              .unixSocket(folder.toAbsolutePath().normalize().resolve(name + ".sock"));
      if (bed != null) {
        builder.engine(bed.engine(name));
      }
      EngineApi api = builder.start();
      all.apis.add(api);
      out.println("export DOCKER_HOST=" + api.hosts().get(0));
    }
    return all;
  }

  @Override
  public void close() {
    apis.forEach(EngineApi::close);
  }
}
