package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Hosts and tasks as network namespaces of this machine, with a bridge between the hosts; all of it
 * goes with {@link #close}. Needs root.
 */
final class Hosts implements AutoCloseable {
  private static final String BUSYBOX = "/bin/busybox";

  private final String prefix = "s4jt" + ProcessHandle.current().pid() + "-";
  private final ProcessCommands commands = new ProcessCommands(Duration.ofSeconds(30));
  private final List<String> namespaces = new ArrayList<>();
  private final List<Process> servers = new ArrayList<>();
  private final Path pages;

  Hosts(int hosts) throws IOException {
    pages = Files.createTempDirectory("swarm4j-pages");
    add("sw");
    run("sw", "ip", "link", "add", "br0", "type", "bridge");
    run("sw", "ip", "link", "set", "br0", "up");
    for (int i = 1; i <= hosts; i++) {
      String host = "h" + i;
      add(host);
      run(
          "sw",
          "ip",
          "link",
          "add",
          "p" + i,
          "type",
          "veth",
          "peer",
          "name",
          "eth0",
          "netns",
          prefix + host);
      run("sw", "ip", "link", "set", "p" + i, "master", "br0", "up");
      run(host, "ip", "addr", "add", address(i) + "/24", "dev", "eth0");
      run(host, "ip", "link", "set", "eth0", "up");
      run(host, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    }
  }

  /** Why there can be no hosts on this machine; empty if there can. */
  static String obstacle() {
    for (String program : List.of("/usr/sbin/nft", "/usr/bin/nsenter", BUSYBOX)) {
      if (!Files.isExecutable(Path.of(program))) {
        return program + " is not installed";
      }
    }
    return "root".equals(System.getProperty("user.name")) ? "" : "needs root";
  }

  static Ip address(int host) {
    return Ip.v4(10, 77, 0, host);
  }

  NetworkNamespace namespace(String name) {
    return NetworkNamespace.named(prefix + name);
  }

  private void add(String name) {
    commands.run(List.of("ip", "netns", "add", prefix + name), "");
    namespaces.add(prefix + name);
    run(name, "ip", "link", "set", "lo", "up");
  }

  String run(String name, String... command) {
    return commands.run(namespace(name).command(command), "");
  }

  /** A client outside of the swarm, on the network of the hosts. */
  void client(String name) {
    add(name);
    run(
        "sw",
        "ip",
        "link",
        "add",
        "c" + name,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        prefix + name);
    run("sw", "ip", "link", "set", "c" + name, "master", "br0", "up");
    run(name, "ip", "addr", "add", "10.77.0.200/24", "dev", "eth0");
    run(name, "ip", "link", "set", "eth0", "up");
  }

  /** A task on a host's overlay, which serves its name on port 80 and the client's on /who. */
  void task(String name, String host, String bridge, Ip address, Ip gateway) throws IOException {
    add(name);
    run(
        host,
        "ip",
        "link",
        "add",
        "v" + name,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        prefix + name);
    run(host, "ip", "link", "set", "v" + name, "master", bridge, "mtu", "1450", "up");
    run(
        name,
        "ip",
        "link",
        "set",
        "eth0",
        "address",
        OverlayDevices.linkAddress(address),
        "mtu",
        "1450",
        "up");
    run(name, "ip", "addr", "add", address + "/24", "dev", "eth0");
    run(name, "ip", "route", "add", "default", "via", gateway.toString());
    Path home = Files.createDirectories(pages.resolve(name).resolve("cgi-bin")).getParent();
    Files.writeString(home.resolve("index.html"), name);
    Path who = home.resolve("cgi-bin/who");
    Files.writeString(
        who, "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n%s' \"$REMOTE_ADDR\"\n");
    who.toFile().setExecutable(true);
    servers.add(
        ProcessCommands.start(
            namespace(name).command(BUSYBOX, "httpd", "-f", "-p", "80", "-h", home.toString())));
  }

  /** A task's address of the other family, for use at once. */
  void giveIpv6(String task, Ip address, Ip gateway) {
    run(task, "ip", "addr", "add", address + "/64", "dev", "eth0", "nodad");
    run(task, "ip", "route", "add", "default", "via", gateway.toString());
  }

  /** What is answered to {@code GET}; "refused" if nothing is. */
  String get(String from, Object address, int port, String path) {
    String script =
        "exec 3<>/dev/tcp/$0/$1 && printf 'GET %s HTTP/1.0\\r\\n\\r\\n' $2 >&3 && cat <&3";
    try {
      String response =
          run(
              from,
              "timeout",
              "5",
              "bash",
              "-c",
              script,
              address.toString(),
              Integer.toString(port),
              path);
      return response.substring(response.indexOf("\r\n\r\n") + 4);
    } catch (KernelException refused) {
      return "refused";
    }
  }

  String get(String from, Object address, int port) {
    return get(from, address, port, "/");
  }

  /** All that answer within so many connections. */
  TreeSet<String> answers(String from, Object address, int port, int times) {
    TreeSet<String> found = new TreeSet<>();
    for (int i = 0; i < times; i++) {
      found.add(get(from, address, port));
    }
    return found;
  }

  @Override
  public void close() {
    servers.forEach(Process::destroyForcibly);
    for (String namespace : namespaces) {
      commands.run(List.of("ip", "netns", "del", namespace), "");
    }
  }
}
