package io.swarm4j.examples;

import io.swarm4j.RuntimeFactory;
import io.swarm4j.docker.DockerRuntime;
import io.swarm4j.docker.EngineAddress;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Docker hosts on this machine, made by the script {@code testbed}; gone when this is closed, and,
 * should this program be killed, when the next bed is made.
 */
public final class TestBed implements AutoCloseable {
  private final String id;
  private final Subnet addresses;
  private final List<String> sockets;
  private final Map<String, EngineAddress> engines = new ConcurrentHashMap<>();

  private TestBed(String id, Subnet addresses, List<String> sockets) {
    this.id = id;
    this.addresses = addresses;
    this.sockets = List.copyOf(sockets);
  }

  /**
   * Makes hosts, with the sample images.
   *
   * @throws UnavailableException if this machine does not let it, with the reason
   */
  public static TestBed up(int hosts) {
    String owner = Long.toString(ProcessHandle.current().pid());
    String id = "";
    Subnet addresses = Subnet.parse("10.164.0.0/16");
    List<String> sockets = new ArrayList<>();
    for (String line : run("up", "--hosts", Integer.toString(hosts), "--owner", owner)) {
      String[] words = line.split("\t");
      if (words[0].equals("bed")) {
        id = words[1];
        addresses = Subnet.parse(words[2]);
      } else {
        sockets.add("unix://" + words[3]);
      }
    }
    return new TestBed(id, addresses, sockets);
  }

  /** Addresses of this program that containers reach. */
  public Subnet addresses() {
    return addresses;
  }

  /** Address of one of the engines. */
  public String engine(int host) {
    return sockets.get(host);
  }

  /** Runs the docker command line on one of the engines; what it printed, without blanks around. */
  public String docker(int host, String... words) {
    List<String> command = new ArrayList<>(List.of("docker", "-H", sockets.get(host)));
    command.addAll(List.of(words));
    return execute(command).strip();
  }

  /** Runs the tasks of each new node on the next of the hosts. */
  public RuntimeFactory runtimes(String swarm) {
    AtomicInteger next = new AtomicInteger();
    return (node, time, loop) ->
        DockerRuntime.builder(time, swarm + "/" + node.name())
            .engine(
                engines.computeIfAbsent(
                    node.name(),
                    name -> EngineAddress.of(sockets.get(next.getAndIncrement() % sockets.size()))))
            .build();
  }

  /** The engine that runs the tasks of a node. */
  EngineAddress engine(String node) {
    return Objects.requireNonNull(engines.get(node), node);
  }

  private static List<String> run(String... words) {
    List<String> command = new ArrayList<>(List.of(ExamplesHome.file("testbed").toString()));
    command.addAll(List.of(words));
    return execute(command).lines().toList();
  }

  /**
   * Runs a command of this machine; what it printed.
   *
   * @throws UnavailableException if it fails; its own words are on the error output by then
   */
  public static String execute(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new UnavailableException(String.join(" ", command) + " failed, see above");
      }
      return output;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted while " + String.join(" ", command), stop);
    }
  }

  @Override
  public void close() {
    run("down", id);
  }
}
