package io.swarm4j.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Ulimit;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.docker.ContainerNetworking.Attachments;
import io.swarm4j.docker.ContainerNetworking.NetworkEndpoint;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.TaskSpec.LogDriver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A task's spec in the engine's terms.
 *
 * @param owner whose container it is
 * @param logDriver where the output goes if the spec does not say
 * @param files what is mounted read-only, by its path inside the task
 */
record ContainerPlan(
    String owner,
    TaskContext context,
    LogDriver logDriver,
    Attachments networks,
    Map<String, Path> files) {
  private static final int LONGEST_HOSTNAME = 63;

  private ContainerSpec spec() {
    return context.service().task().container();
  }

  /** Fills in all that the engine is to know. */
  CreateContainerCmd applyTo(CreateContainerCmd command) {
    ContainerSpec spec = spec();
    command
        .withName(ContainerNames.of(context))
        .withLabels(ContainerLabels.of(owner, context))
        .withEnv(env())
        .withHostName(hostname())
        .withTty(spec.tty())
        .withStdinOpen(spec.openStdin())
        .withStopTimeout((int) Math.min(Integer.MAX_VALUE, spec.effectiveStopGrace().toSeconds()))
        .withExposedPorts(exposedPorts())
        .withHostConfig(hostConfig());
    if (!spec.command().isEmpty()) {
      command.withEntrypoint(spec.command());
    }
    if (!spec.args().isEmpty()) {
      command.withCmd(spec.args());
    }
    if (spec.workingDir() != null) {
      command.withWorkingDir(spec.workingDir());
    }
    if (spec.user() != null) {
      command.withUser(spec.user());
    }
    if (spec.stopSignal() != null) {
      command.withStopSignal(spec.stopSignal());
    }
    var health = HealthChecks.toEngine(spec.health());
    if (health != null) {
      command.withHealthcheck(health);
    }
    if (!networks.endpoints().isEmpty()) {
      NetworkEndpoint first = networks.endpoints().get(0);
      command.withIpv4Address(first.address().toString()).withAliases(first.aliases());
      if (first.ipv6() != null) {
        command.withIpv6Address(first.ipv6().toString());
      }
    }
    return command;
  }

  private List<String> env() {
    return context.env().entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .toList();
  }

  /**
   * The engine makes the part before a dot a name of the container's own address, which would hide
   * the service of that name: names that nobody chose are therefore without dots.
   */
  private String hostname() {
    String chosen = spec().hostname();
    String name = chosen == null ? context.hostname().replace('.', '-') : context.hostname();
    return name.length() <= LONGEST_HOSTNAME ? name : name.substring(0, LONGEST_HOSTNAME);
  }

  private List<ExposedPort> exposedPorts() {
    List<ExposedPort> ports = new ArrayList<>();
    spec().exposedPorts().forEach(port -> ports.add(ExposedPort.tcp(port)));
    networks.ports().forEach(port -> ports.add(exposed(port)));
    return ports;
  }

  private static ExposedPort exposed(PortSpec port) {
    return new ExposedPort(
        port.target(), InternetProtocol.parse(port.protocol().name().toLowerCase(Locale.ROOT)));
  }

  private HostConfig hostConfig() {
    ContainerSpec spec = spec();
    HostConfig config =
        HostConfig.newHostConfig()
            .withNetworkMode(networks.mode())
            .withPortBindings(portBindings())
            .withExtraHosts(hosts())
            .withMounts(ContainerMounts.of(spec.mounts(), files))
            .withReadonlyRootfs(spec.readOnly())
            .withPrivileged(spec.privileges().privileged())
            .withCapAdd(capabilities(spec.privileges().capabilitiesAdd()))
            .withCapDrop(capabilities(spec.privileges().capabilitiesDrop()))
            .withDevices(
                spec.privileges().devices().stream().map(Device::parse).toArray(Device[]::new))
            .withGroupAdd(spec.groups())
            .withSysctls(spec.sysctls())
            .withUlimits(
                spec.ulimits().stream()
                    .map(limit -> new Ulimit(limit.name(), limit.soft(), limit.hard()))
                    .toList())
            .withLogConfig(logConfig());
    if (spec.init() != null) {
      config.withInit(spec.init());
    }
    dns(config);
    resources(config);
    return config;
  }

  private void dns(HostConfig config) {
    List<String> nameservers = new ArrayList<>();
    ContainerSpec.DnsConfig dns = spec().dns();
    if (dns != null) {
      nameservers.addAll(dns.nameservers());
      config.withDnsSearch(dns.search().toArray(String[]::new)).withDnsOptions(dns.options());
    }
    nameservers.addAll(networks.nameservers());
    if (!nameservers.isEmpty()) {
      config.withDns(nameservers.toArray(String[]::new));
    }
  }

  private void resources(HostConfig config) {
    ResourceRequirements wanted = context.service().task().resources();
    Resources limits = Objects.requireNonNullElse(wanted.limits(), Resources.NONE);
    if (limits.nanoCpus() > 0) {
      config.withNanoCPUs(limits.nanoCpus());
    }
    if (limits.memoryBytes() > 0) {
      config.withMemory(limits.memoryBytes());
    }
    if (wanted.reserved().memoryBytes() > 0) {
      config.withMemoryReservation(wanted.reserved().memoryBytes());
    }
    if (wanted.pidsLimit() > 0) {
      config.withPidsLimit(wanted.pidsLimit());
    }
  }

  private String[] hosts() {
    List<String> lines = new ArrayList<>();
    spec().hosts().forEach((name, address) -> lines.add(name + ":" + address));
    networks.hosts().forEach((name, address) -> lines.add(name + ":" + address));
    return lines.toArray(String[]::new);
  }

  private List<PortBinding> portBindings() {
    List<PortBinding> bindings = new ArrayList<>();
    for (PortSpec port : networks.ports()) {
      List<String> addresses = port.bind().isEmpty() ? List.of("") : port.bind();
      for (String address : addresses) {
        String published = port.published() == 0 ? "" : Integer.toString(port.published());
        bindings.add(new PortBinding(new Ports.Binding(address, published), exposed(port)));
      }
    }
    return bindings;
  }

  private static Capability[] capabilities(List<String> names) {
    return names.stream().map(ContainerPlan::capability).toArray(Capability[]::new);
  }

  private static Capability capability(String name) {
    String bare = name.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", "");
    try {
      return Capability.valueOf(bare);
    } catch (IllegalArgumentException unknown) {
      throw failed("capability " + name + " is unknown; one such as NET_ADMIN or ALL is wanted");
    }
  }

  private LogConfig logConfig() {
    LogDriver wanted = context.service().task().logDriver();
    LogDriver driver = wanted == null || wanted.name().isEmpty() ? logDriver : wanted;
    LogConfig.LoggingType type = LogConfig.LoggingType.fromValue(driver.name());
    if (type == null) {
      throw failed("log driver " + driver.name() + " is unknown");
    }
    return new LogConfig(type, driver.options());
  }

  private static TaskFailure failed(String text) {
    return new TaskFailure(new Reason.StartFailed(text), text);
  }
}
