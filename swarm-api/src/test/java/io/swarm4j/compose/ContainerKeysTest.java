package io.swarm4j.compose;

import static io.swarm4j.compose.Yml.container;
import static io.swarm4j.compose.Yml.webFaults;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.ContainerSpec.DnsConfig;
import io.swarm4j.model.ContainerSpec.Ulimit;
import io.swarm4j.model.Privileges;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerKeysTest {

  @Test
  @Feature("M11")
  void imageIsTakenAsWritten() {
    assertThat(Yml.read("services: {web: {image: 'registry:5000/team/app:1.2'}}").services())
        .singleElement()
        .extracting(service -> service.task().container().image())
        .isEqualTo("registry:5000/team/app:1.2");
  }

  @Test
  void everyPlainKeyReachesTheSpec() {
    ContainerSpec container =
        container(
            "hostname: h, working_dir: /w, user: '1000:5', group_add: [audio, 7], tty: true,"
                + " stdin_open: true, read_only: true, init: true, stop_signal: SIGINT,"
                + " stop_grace_period: 1m30s, labels: {a: 1}");

    assertThat(container.hostname()).isEqualTo("h");
    assertThat(container.workingDir()).isEqualTo("/w");
    assertThat(container.user()).isEqualTo("1000:5");
    assertThat(container.groups()).containsExactly("audio", "7");
    assertThat(container.tty()).isTrue();
    assertThat(container.openStdin()).isTrue();
    assertThat(container.readOnly()).isTrue();
    assertThat(container.init()).isTrue();
    assertThat(container.stopSignal()).isEqualTo("SIGINT");
    assertThat(container.stopGracePeriod()).isEqualTo(Duration.ofSeconds(90));
    assertThat(container.labels()).isEqualTo(Map.of("a", "1", Stack.NAMESPACE_LABEL, "s"));
  }

  @Test
  void keysThatAreNotThereStayUnset() {
    ContainerSpec container = container("");

    assertThat(container.init()).isNull();
    assertThat(container.stopSignal()).isNull();
    assertThat(container.stopGracePeriod()).isNull();
    assertThat(container.health()).isNull();
    assertThat(container.dns()).isNull();
    assertThat(container.hostname()).isNull();
    assertThat(container.privileges()).isEqualTo(Privileges.NONE);
    assertThat(container("init: false").init()).isFalse();
  }

  @Test
  void commandIsAListOrSplitAsAShellDoes() {
    ContainerSpec split = container("command: \"sh -c 'a  b' \\\"c d\\\"\", entrypoint: /e x");
    ContainerSpec list = container("command: [sh, -c, 'a  b'], entrypoint: []");

    assertThat(split.args()).containsExactly("sh", "-c", "a  b", "c d");
    assertThat(split.command()).containsExactly("/e", "x");
    assertThat(list.args()).containsExactly("sh", "-c", "a  b");
    assertThat(list.command()).isEmpty();
    assertThat(webFaults("command: \"a 'b\""))
        .containsExactly("c.yml:1:37: services.web.command: 'a 'b' the quote ' is not closed");
  }

  @Test
  void labelsAreAMappingOrAList() {
    assertThat(container("labels: ['a=b=c', d]").labels())
        .containsEntry("a", "b=c")
        .containsEntry("d", "");
    assertThat(container("labels: {a: , b: 2}").labels())
        .containsEntry("a", "")
        .containsEntry("b", "2");
  }

  @Test
  void resolverSettingsAreOneTextOrAList() {
    assertThat(container("dns: 8.8.8.8, dns_search: [a, b], dns_opt: ['ndots:1']").dns())
        .isEqualTo(new DnsConfig(List.of("8.8.8.8"), List.of("a", "b"), List.of("ndots:1")));
    assertThat(webFaults("dns: [dns.example]"))
        .containsExactly(
            "c.yml:1:34: services.web.dns[0]: 'dns.example' is refused; write an IPv4 or IPv6"
                + " address such as 10.0.1.2 or fd00::2");
  }

  @Test
  void extraHostsAreAMappingOrAList() {
    assertThat(container("extra_hosts: ['a:1.2.3.4', 'b=::1', 'c:fd00::2', 'd=[fd00::3]']").hosts())
        .isEqualTo(Map.of("a", "1.2.3.4", "b", "::1", "c", "fd00::2", "d", "fd00::3"));
    assertThat(container("extra_hosts: {a: 1.2.3.4}").hosts()).isEqualTo(Map.of("a", "1.2.3.4"));
    assertThat(webFaults("extra_hosts: [a, 'b:host-gateway', 'c:1.1.1.1', 'c:2.2.2.2']"))
        .containsExactly(
            "c.yml:1:42: services.web.extra_hosts[0]: 'a' is no host; write name=address or"
                + " name:address",
            "c.yml:1:45: services.web.extra_hosts[1]: 'host-gateway' is refused; write an IPv4 or"
                + " IPv6 address such as 10.0.1.2 or fd00::2",
            "c.yml:1:76: services.web.extra_hosts[3]: host 'c' stands twice");
  }

  @Test
  void rightsAreTakenOver() {
    assertThat(
            container(
                    "cap_add: [NET_ADMIN], cap_drop: [ALL], privileged: true, devices:"
                        + " ['/dev/a:/dev/b:rwm']")
                .privileges())
        .isEqualTo(
            new Privileges(
                true, List.of("NET_ADMIN"), List.of("ALL"), List.of("/dev/a:/dev/b:rwm")));
  }

  @Test
  void kernelSettingsAndLimitsAreTakenOver() {
    ContainerSpec container =
        container(
            "sysctls: {net.core.somaxconn: 1024}, ulimits: {nproc: 100, nofile: {soft: 10, hard:"
                + " 20}}");

    assertThat(container.sysctls()).isEqualTo(Map.of("net.core.somaxconn", "1024"));
    assertThat(container.ulimits())
        .containsExactly(new Ulimit("nproc", 100, 100), new Ulimit("nofile", 10, 20));
    assertThat(container("sysctls: [a=1]").sysctls()).isEqualTo(Map.of("a", "1"));
    assertThat(webFaults("ulimits: {nofile: {soft: 30, hard: 20}, core: {soft: 1}}"))
        .containsExactly(
            "c.yml:1:38: services.web.ulimits.nofile: '30' is refused; write at most the hard"
                + " limit 20",
            "c.yml:1:68: services.web.ulimits.core: 'hard' is missing; write the hard limit");
  }

  @Test
  void exposedPortsAreTcpPortsAndRanges() {
    assertThat(container("expose: [80, '81', '90-91', '53/udp', '80/tcp']").exposedPorts())
        .containsExactly(80, 81, 90, 91);
  }

  @Test
  void logDriverHasAName() {
    assertThat(Yml.web("logging: {driver: syslog, options: {tag: 1}}").task().logDriver())
        .satisfies(
            driver -> {
              assertThat(driver.name()).isEqualTo("syslog");
              assertThat(driver.options()).isEqualTo(Map.of("tag", "1"));
            });
    assertThat(Yml.web("").task().logDriver()).isNull();
  }
}
