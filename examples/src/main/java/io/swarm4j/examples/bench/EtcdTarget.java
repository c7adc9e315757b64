package io.swarm4j.examples.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Three etcd processes on loopback with their own defaults, asked through gRPC at their leader. */
final class EtcdTarget implements CommitTarget {
  private static final int MEMBERS = 3;
  private static final int START_SECONDS = 30;

  private final BenchFolder folder;
  private final List<Process> processes;
  private final EtcdClient leader;

  private EtcdTarget(BenchFolder folder, List<Process> processes, EtcdClient leader) {
    this.folder = folder;
    this.processes = processes;
    this.leader = leader;
  }

  static EtcdTarget start() {
    BenchFolder folder = BenchFolder.make();
    List<Process> processes = new ArrayList<>();
    try {
      int[] ports = freePorts(2 * MEMBERS);
      List<String> cluster = new ArrayList<>();
      for (int i = 0; i < MEMBERS; i++) {
        cluster.add("e" + i + "=http://127.0.0.1:" + ports[MEMBERS + i]);
      }
      for (int i = 0; i < MEMBERS; i++) {
        String client = "http://127.0.0.1:" + ports[i];
        String peer = "http://127.0.0.1:" + ports[MEMBERS + i];
        processes.add(
            new ProcessBuilder(
                    "etcd",
                    "--name=e" + i,
                    "--data-dir=" + folder.path().resolve("e" + i),
                    "--listen-client-urls=" + client,
                    "--advertise-client-urls=" + client,
                    "--listen-peer-urls=" + peer,
                    "--initial-advertise-peer-urls=" + peer,
                    "--initial-cluster=" + String.join(",", cluster),
                    "--log-level=error")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
      }
      return new EtcdTarget(folder, processes, awaitLeader(ports));
    } catch (IOException | InterruptedException failed) {
      end(processes);
      folder.close();
      throw new IllegalStateException("etcd (Debian: etcd-server) could not be started", failed);
    }
  }

  private static int[] freePorts(int count) throws IOException {
    List<ServerSocket> probes = new ArrayList<>();
    int[] ports = new int[count];
    for (int i = 0; i < count; i++) {
      ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      probes.add(probe);
      ports[i] = probe.getLocalPort();
    }
    for (ServerSocket probe : probes) {
      probe.close();
    }
    return ports;
  }

  private static EtcdClient awaitLeader(int[] ports) throws InterruptedException {
    List<EtcdClient> clients = new ArrayList<>();
    for (int i = 0; i < MEMBERS; i++) {
      clients.add(new EtcdClient("127.0.0.1:" + ports[i]));
    }
    for (int tries = 0; tries < START_SECONDS * 4; tries++) {
      for (EtcdClient client : clients) {
        if (client.leads()) {
          clients.stream().filter(other -> other != client).forEach(EtcdClient::close);
          return client;
        }
      }
      TimeUnit.MILLISECONDS.sleep(250);
    }
    throw new IllegalStateException("etcd has no leader after " + START_SECONDS + " s");
  }

  @Override
  public CompletionStage<?> put(int key, byte[] value) {
    return leader.put(("c" + key).getBytes(StandardCharsets.UTF_8), value);
  }

  @Override
  public void close() {
    leader.close();
    end(processes);
    folder.close();
  }

  private static void end(List<Process> processes) {
    processes.forEach(Process::destroyForcibly);
    processes.forEach(process -> process.onExit().join());
  }
}
