package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A program and its surroundings: container, process or Java code, depending on the node's runtime.
 *
 * @param image reference {@code name[:tag][@digest]}; resolved by the runtime
 * @param command replaces the image's entry point; empty keeps it
 * @param args replaces the image's arguments; empty keeps them
 * @param env environment variables; values may hold templates
 * @param labels labels of the container itself
 * @param hostname host name inside the task; may hold templates
 * @param workingDir working directory inside the task
 * @param user user name or id, optionally {@code user:group}
 * @param groups supplementary groups
 * @param tty whether a terminal is allocated
 * @param openStdin whether standard input stays open
 * @param readOnly whether the root file system is read-only
 * @param init whether a small init process reaps children; null leaves it to the runtime
 * @param stopSignal name of the signal that asks the task to end; null stands for the image's, else
 *     SIGTERM
 * @param stopGracePeriod time from that signal to the kill; null stands for 10 s
 * @param health Docker-style health check: gates traffic and replaces the task; null keeps the
 *     image's
 * @param probes startup, readiness and liveness checks beyond {@code health}
 * @param mounts what is mounted into the task, by distinct targets
 * @param secrets secrets it may read
 * @param configs configs it may read
 * @param hosts extra lines {@code name -> address} for host look-ups
 * @param dns resolver settings; null leaves them to the swarm
 * @param exposedPorts TCP ports that the program listens on, beyond those that its image declares
 * @param sysctls kernel parameters of the task's namespaces
 * @param privileges capabilities, privileged mode and devices; subject to admission
 * @param ulimits resource limits by name
 */
@RecordBuilder
public record ContainerSpec(
    String image,
    List<String> command,
    List<String> args,
    Map<String, String> env,
    Map<String, String> labels,
    @Nullable String hostname,
    @Nullable String workingDir,
    @Nullable String user,
    List<String> groups,
    boolean tty,
    boolean openStdin,
    boolean readOnly,
    @Nullable Boolean init,
    @Nullable String stopSignal,
    @Nullable Duration stopGracePeriod,
    @Nullable HealthCheck health,
    @Nullable Probes probes,
    List<Mount> mounts,
    List<SecretReference> secrets,
    List<ConfigReference> configs,
    Map<String, String> hosts,
    @Nullable DnsConfig dns,
    List<Integer> exposedPorts,
    Map<String, String> sysctls,
    Privileges privileges,
    List<Ulimit> ulimits)
    implements ContainerSpecBuilder.With {

  /** Time between stop signal and kill where the spec does not say: the reference's default. */
  public static final Duration DEFAULT_STOP_GRACE = Duration.ofSeconds(10);

  private static final int LONGEST_IMAGE = 512;
  private static final Pattern IMAGE =
      Pattern.compile(
          "[a-zA-Z0-9][a-zA-Z0-9._-]*(:[0-9]+)?(/[a-zA-Z0-9][a-zA-Z0-9._-]*)*" // host, port and
              // path
              + "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?" // tag
              + "(@[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,})?"); // digest
  private static final Pattern ENV_NAME = Pattern.compile("[^=\\s\\x00]+");
  private static final Pattern SIGNAL = Pattern.compile("(SIG)?[A-Z][A-Z0-9+-]*|[0-9]{1,2}");

  public ContainerSpec {
    command = Copies.list(command);
    args = Copies.list(args);
    env = Copies.map(env);
    labels = Copies.map(labels);
    groups = Copies.list(groups);
    mounts = Copies.list(mounts);
    secrets = Copies.list(secrets);
    configs = Copies.list(configs);
    hosts = Copies.map(hosts);
    exposedPorts = Copies.list(exposedPorts);
    sysctls = Copies.map(sysctls);
    privileges = Copies.or(privileges, Privileges.NONE);
    ulimits = Copies.list(ulimits);
    Check check = Check.of("ContainerSpec");
    check
        .that(
            image != null && !image.isEmpty(),
            Fault.Code.MISSING,
            "image",
            image,
            "an image reference such as nginx or registry:5000/team/app:1.2")
        .that(
            image == null
                || image.isEmpty()
                || (image.length() <= LONGEST_IMAGE && IMAGE.matcher(image).matches()),
            "image",
            image,
            "a valid repository/tag: name[:tag][@digest]")
        .duration(stopGracePeriod, "stopGracePeriod")
        .that(
            stopSignal == null || SIGNAL.matcher(stopSignal).matches(),
            "stopSignal",
            stopSignal,
            "a signal name such as SIGTERM, or its number")
        .unique(mounts, Mount::target, "mounts")
        .unique(secrets, SecretReference::path, "secrets")
        .unique(configs, ConfigReference::path, "configs")
        .unique(ulimits, Ulimit::name, "ulimits");
    for (String name : env.keySet()) {
      check.that(
          ENV_NAME.matcher(name).matches(), "env", name, "a variable name without '=' or blanks");
    }
    for (int port : exposedPorts) {
      check.that(port >= 1 && port <= 65535, "exposedPorts", port, "1 to 65535");
    }
    check.orThrow();
  }

  /** The image with defaults everywhere else. */
  public static ContainerSpec of(String image) {
    return ContainerSpecBuilder.builder().image(image).build();
  }

  /** Starts from nothing. */
  public static ContainerSpecBuilder builder() {
    return ContainerSpecBuilder.builder();
  }

  /** The time between stop signal and kill that is in force. */
  public Duration effectiveStopGrace() {
    return Copies.or(stopGracePeriod, DEFAULT_STOP_GRACE);
  }

  /** The secrets and configs that it may read. */
  public List<PayloadReference> payloads() {
    List<PayloadReference> all = new ArrayList<>(secrets);
    all.addAll(configs);
    return all;
  }

  /** Its probes, by the path at which a fault of one is told, such as {@code health.probe}. */
  public Map<String, HealthCheck.Probe> probesByPath() {
    Map<String, HealthCheck.Probe> all = new LinkedHashMap<>();
    add(all, "health", health);
    if (probes != null) {
      add(all, "probes.startup", probes.startup());
      add(all, "probes.readiness", probes.readiness());
      add(all, "probes.liveness", probes.liveness());
    }
    return all;
  }

  private static void add(
      Map<String, HealthCheck.Probe> all, String path, @Nullable HealthCheck check) {
    if (check != null && check.probe() != null) {
      all.put(path + ".probe", check.probe());
    }
  }

  /** A resource limit of the process, soft and hard. */
  public record Ulimit(String name, long soft, long hard) {
    public Ulimit {
      Check.of("Ulimit")
          .that(!name.isBlank(), Fault.Code.MISSING, "name", name, "a limit such as nofile")
          .that(hard == -1 || soft <= hard, "soft", soft, "at most the hard limit " + hard)
          .orThrow();
    }
  }

  /** Resolver settings of a task. */
  public record DnsConfig(List<String> nameservers, List<String> search, List<String> options) {
    public DnsConfig {
      nameservers = Copies.list(nameservers);
      search = Copies.list(search);
      options = Copies.list(options);
    }
  }
}
