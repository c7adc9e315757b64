package io.swarm4j.compose;

import static io.swarm4j.compose.Yml.faults;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Subnet;
import io.swarm4j.testing.Feature;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetworksTest {

  @Test
  @Feature({"M03", "M04"})
  void serviceWithoutNetworksIsOnTheDefaultOne() {
    Stack stack = Yml.read("services: {a: {image: i}, b: {image: i, networks: []}}");

    assertThat(stack.networks())
        .containsExactly(
            NetworkSpec.overlay("s_default").withLabels(Map.of(Stack.NAMESPACE_LABEL, "s")));
    assertThat(stack.services())
        .extracting(service -> service.task().networks().get(0))
        .containsExactly(
            new NetworkAttachmentSpec("s_default", List.of("a"), null),
            new NetworkAttachmentSpec("s_default", List.of("b"), null));
  }

  @Test
  @Feature({"M03", "M20"})
  void networksOfTheStackArePrefixedAndOthersAreNot() {
    Stack stack =
        Yml.read(
            "services: {web: {image: i, networks: {front: , own: {aliases: [www, web]}, theirs: ,"
                + " node: }}}\n"
                + "networks:\n"
                + "  front:\n"
                + "  own: {name: exact}\n"
                + "  theirs: {external: true}\n"
                + "  node: {external: true, name: host}\n"
                + "  spare: {}\n");

    assertThat(stack.networks()).extracting(NetworkSpec::name).containsExactly("s_front", "exact");
    assertThat(stack.externalNames(ExternalReference.Kind.NETWORK))
        .containsExactly("theirs", "host");
    assertThat(stack.services().get(0).task().networks())
        .containsExactly(
            new NetworkAttachmentSpec("s_front", List.of("web"), null),
            new NetworkAttachmentSpec("exact", List.of("www", "web"), null),
            new NetworkAttachmentSpec("theirs", List.of("web"), null),
            new NetworkAttachmentSpec("host", List.of(), null));
    assertThat(stack.warnings())
        .extracting(Warning::toString)
        .containsExactly("c.yml:7:3: networks.spare: no service uses it; it is not created");
  }

  @Test
  @Feature("M20")
  void allSettingsAreTakenOver() {
    Stack stack =
        Yml.read(
            """
            services: {web: {image: i, networks: {n: {ipv4_address: 10.1.0.9}}}}
            networks:
              n:
                driver: overlay
                driver_opts: {encrypted: "", mtu: 1400}
                attachable: true
                internal: true
                enable_ipv6: true
                labels: [a=b]
                ipam:
                  driver: default
                  config:
                    - subnet: 10.1.0.0/24
                      gateway: 10.1.0.2
                      ip_range: 10.1.0.128/25
                      aux_addresses: {printer: 10.1.0.3}
                    - subnet: fd00:1::/64
            """);

    assertThat(stack.networks())
        .containsExactly(
            new NetworkSpec(
                "s_n",
                Map.of("a", "b", Stack.NAMESPACE_LABEL, "s"),
                "overlay",
                Map.of("mtu", "1400"),
                true,
                true,
                false,
                true,
                true,
                List.of(
                    new IpPool(
                        Subnet.parse("10.1.0.0/24"),
                        Subnet.parse("10.1.0.128/25"),
                        Ip.parse("10.1.0.2"),
                        Map.of("printer", Ip.parse("10.1.0.3"))),
                    IpPool.of("fd00:1::/64"))));
    assertThat(stack.services().get(0).task().networks().get(0).address())
        .isEqualTo(Ip.parse("10.1.0.9"));
  }

  @Test
  void defaultNetworkCanBeConfigured() {
    Stack stack =
        Yml.read("services: {web: {image: i}}\nnetworks: {default: {attachable: true}}\n");

    assertThat(stack.networks())
        .singleElement()
        .satisfies(
            network -> {
              assertThat(network.name()).isEqualTo("s_default");
              assertThat(network.attachable()).isTrue();
            });
  }

  @Test
  void faultsStandAtTheirKey() {
    assertThat(
            faults(
                """
                services:
                  web: {image: i, networks: [n, n, m], deploy: {replicas: 2}}
                  b: {image: i, networks: {n: {ipv4_address: 10.1.0.9, priority: 1}}, deploy: {mode: global}}
                networks:
                  n:
                    ipam:
                      driver: dhcp
                      config:
                        - subnet: 10.1.0.0/24
                          gateway: 10.2.0.1
                        - subnet: 10.1.0.0
                        - gateway: 10.1.0.1
                  x: {external: true, driver: overlay}
                """))
        .containsExactly(
            "c.yml:2:33: services.web.networks[1]: network 'n' stands twice",
            "c.yml:2:36: services.web.networks[2]: network 'm' is not defined at top level; add"
                + " 'networks: {m: }'",
            "c.yml:3:46: services.b.networks.n.ipv4_address: a fixed address is for a service with"
                + " one task; set deploy.replicas to 1 or remove the key",
            "c.yml:3:56: services.b.networks.n.priority: networks have no order in a swarm; remove"
                + " the key",
            "c.yml:7:15: networks.n.ipam.driver: 'dhcp' is not known; write one of default",
            "c.yml:10:20: networks.n.ipam.config[0].gateway: '10.2.0.1' is refused; write an"
                + " address inside subnet 10.1.0.0/24",
            "c.yml:11:19: networks.n.ipam.config[1].subnet: '10.1.0.0' is refused; write"
                + " address/prefix such as 10.0.9.0/24",
            "c.yml:12:11: networks.n.ipam.config[2]: 'subnet' is missing; write one such as"
                + " 10.1.0.0/24",
            "c.yml:13:31: networks.x.driver: an external network takes no settings but its name;"
                + " remove this key");
  }

  @Test
  void settingsOfAnAttachmentAreAMapping() {
    assertThat(faults("services: {a: {image: i, networks: {default: 5}}}"))
        .containsExactly(
            "c.yml:1:46: services.a.networks.default: a single value stands here; write a mapping");
    assertThat(faults("services: {a: {image: i, networks: {}}}")).isEmpty();
  }

  @Test
  void namesAreChecked() {
    assertThat(
            faults(
                "services: {'we b': {image: i, user: [], networks: [q r]}}\n"
                    + "networks: {q r: }\n"))
        .containsExactly(
            "c.yml:1:12: services.we b: 's_we b' is refused; write a DNS name component: 1 to 63"
                + " letters, digits, '-' or '_', starting and ending with a letter or digit",
            "c.yml:1:31: services.we b.user: a list stands here; write a single value",
            "c.yml:2:16: networks.q r: 's_q r' is refused; write a DNS name component: 1 to 63"
                + " letters, digits, '-' or '_', starting and ending with a letter or digit");
  }

  @Test
  void dependenciesNameServicesOfTheStack() {
    Stack stack =
        Yml.read(
            """
            services:
              web:
                image: i
                depends_on:
                  db: {condition: service_healthy}
                  init: {condition: service_completed_successfully}
                  log: {condition: service_started}
                  plain:
              b: {image: i, depends_on: [web, db]}
              db: {image: i}
              init: {image: i}
              log: {image: i}
              plain: {image: i}
            """);

    assertThat(stack.services())
        .extracting(ServiceSpec::task)
        .extracting(task -> task.dependsOn().stream().map(d -> d.service() + " " + d.condition()))
        .extracting(java.util.stream.Stream::toList)
        .startsWith(
            List.of("s_db HEALTHY", "s_init COMPLETED", "s_log STARTED", "s_plain STARTED"),
            List.of("s_web STARTED", "s_db STARTED"),
            List.of());
  }

  @Test
  void dependenciesThatCannotBeMetAreRefused() {
    assertThat(
            faults(
                """
                services:
                  a: {image: i, depends_on: [b]}
                  b: {image: i, depends_on: [c]}
                  c: {image: i, depends_on: {b: {condition: service_ok}}}
                  d: {image: i, depends_on: [d, cc, a, a]}
                """))
        .containsExactly(
            "c.yml:3:3: services.b.depends_on: services wait for each other: b -> c -> b; remove"
                + " one",
            "c.yml:4:45: services.c.depends_on.b.condition: 'service_ok' is not known; write one of"
                + " service_completed_successfully, service_healthy, service_started",
            "c.yml:5:30: services.d.depends_on[0]: a service cannot wait for itself; remove it",
            "c.yml:5:33: services.d.depends_on[1]: service 'cc' is not defined in this file",
            "c.yml:5:40: services.d.depends_on[3]: service 'a' stands twice");
  }
}
