package io.swarm4j.agent;

import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.Resources;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What can be said of the machine that this JVM runs on. */
public final class HostFacts {
  private HostFacts() {}

  /**
   * Host name, platform, CPUs and memory of this machine, as far as this JVM may use them.
   *
   * @param engineVersion name and version of the runtime
   */
  public static NodeDescription describe(String engineVersion) {
    return new NodeDescription(
        hostname(), platform(), resources(), engineVersion, Map.of(), List.of());
  }

  /** Operating system and architecture under the names that images use. */
  public static Platform platform() {
    return new Platform(
        os(System.getProperty("os.name", "")), architecture(System.getProperty("os.arch", "")));
  }

  static String os(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.startsWith("windows")) {
      return "windows";
    }
    return lower.startsWith("mac") ? "darwin" : lower;
  }

  /** The name of an architecture that images use. */
  public static String architecture(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "x86_64", "x64" -> "amd64";
      case "aarch64" -> "arm64";
      case "x86", "i386", "i686" -> "386";
      default -> lower;
    };
  }

  private static Resources resources() {
    int cpus = java.lang.Runtime.getRuntime().availableProcessors();
    return Resources.of(cpus, memory());
  }

  private static long memory() {
    try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith("MemTotal:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElseGet(java.lang.Runtime.getRuntime()::maxMemory);
    } catch (IOException notLinux) {
      return java.lang.Runtime.getRuntime().maxMemory();
    }
  }

  private static String hostname() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      if (!name.isEmpty()) {
        return name;
      }
    } catch (IOException notLinux) {
      // asked in the portable, slower way below
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return "localhost";
    }
  }
}
