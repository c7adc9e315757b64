package io.swarm4j.examples;

import io.swarm4j.Swarm;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.model.Node;
import io.swarm4j.model.SwarmException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Engine API of each node of a swarm, and the page that shows it. */
final class Apis implements AutoCloseable {
  private final List<EngineApi> apis = new ArrayList<>();

  private Apis() {}

  /**
   * Where to listen.
   *
   * @param folder for the sockets, each named after its node; null for none
   * @param page port of 127.0.0.1 for the first node's page, and its API; null for none
   */
  record Places(@Nullable Path folder, @Nullable Integer page) {}

  /**
   * Starts to listen.
   *
   * @param bed the engines of the nodes; null if they have none
   */
  static Apis start(Swarm swarm, Places places, @Nullable TestBed bed, PrintStream out) {
    Apis all = new Apis();
    List<String> names = swarm.nodes().list().stream().map(Node::hostname).sorted().toList();
    Path folder = places.folder();
    if (folder != null) {
      make(folder);
      for (String name : names) {
        Path socket = folder.toAbsolutePath().normalize().resolve(name + ".sock");
        String host = all.serve(EngineApi.of(swarm, name).unixSocket(socket), name, bed);
        out.println("export DOCKER_HOST=" + host);
      }
    }
    if (places.page() != null) {
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", places.page());
      String name = names.get(0);
      String host = all.serve(EngineApi.of(swarm, name).openTcp(address), name, bed);
      out.println("the page: " + host.replaceFirst("^tcp", "http") + "/dashboard/");
    }
    return all;
  }

  private static void make(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException failed) {
      throw new SwarmException("can not make the folder " + folder, failed);
    }
  }

  private String serve(EngineApi.Builder builder, String node, @Nullable TestBed bed) {
    if (bed != null) {
      builder.engine(bed.engine(node));
    }
    EngineApi api = builder.start();
    apis.add(api);
    return api.hosts().get(0);
  }

  @Override
  public void close() {
    apis.forEach(EngineApi::close);
  }
}
