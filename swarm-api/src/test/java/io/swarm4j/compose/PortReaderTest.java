package io.swarm4j.compose;

import static io.swarm4j.compose.Yml.web;
import static io.swarm4j.compose.Yml.webFaults;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.testing.Feature;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Feature({"H12", "M13"})
class PortReaderTest {

  @Test
  void shortFormIsPublishedOnEveryNode() {
    assertThat(ports("['8090:8080', 5000:3000, 80, '53:53/udp', '9:9/SCTP']"))
        .containsExactly(
            PortSpec.ingress(8090, 8080),
            PortSpec.ingress(5000, 3000),
            PortSpec.ingress(0, 80),
            new PortSpec("", Protocol.UDP, 53, 53, PublishMode.INGRESS, List.of()),
            new PortSpec("", Protocol.SCTP, 9, 9, PublishMode.INGRESS, List.of()));
  }

  @Test
  void portsThatLookLikeBase60NumbersStayPorts() {
    assertThat(ports("[22:22, 6000:59]"))
        .containsExactly(PortSpec.ingress(22, 22), PortSpec.ingress(6000, 59));
  }

  @Test
  void rangesAreWrittenOut() {
    assertThat(ports("['8080-8082:80-82', '3000-3001', '9000-9001:90']"))
        .containsExactly(
            PortSpec.ingress(8080, 80),
            PortSpec.ingress(8081, 81),
            PortSpec.ingress(8082, 82),
            PortSpec.ingress(0, 3000),
            PortSpec.ingress(0, 3001),
            PortSpec.ingress(9000, 90),
            PortSpec.ingress(9001, 90));
  }

  @Test
  void addressesAreKept() {
    assertThat(ports("['127.0.0.1:80:81', '[::1]:82:83', '10.0.0.1::84', '0.0.0.0:85:86']"))
        .containsExactly(
            bound("127.0.0.1", 80, 81),
            bound("::1", 82, 83),
            bound("10.0.0.1", 0, 84),
            PortSpec.ingress(85, 86));
  }

  @Test
  void longFormSaysTheSame() {
    assertThat(
            ports(
                "[{target: 80, published: 8080}, {target: 53, published: '53', protocol: udp, mode:"
                    + " host, name: dns, host_ip: 10.0.0.1}, {target: 90}]"))
        .containsExactly(
            PortSpec.ingress(8080, 80),
            new PortSpec("dns", Protocol.UDP, 53, 53, PublishMode.HOST, List.of("10.0.0.1")),
            PortSpec.ingress(0, 90));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a:b          | is no port
          80:          | is no port
          1:2:3        | has no valid address: 1
          80:81-82     | has ranges of different sizes: 1 and 2
          80-82:81-82  | has ranges of different sizes: 3 and 2
          70000:80     | has a port or range outside 1 to 65535: 70000
          0:80         | has a port or range outside 1 to 65535: 0
          82-80:82-80  | has a port or range outside 1 to 65535: 82-80
          1-2-3        | has a port or range outside 1 to 65535: 1-2-3
          80:80/icmp   | has an unknown protocol; write tcp, udp or sctp
          999.1.1.1:80:80 | has no valid address: 999.1.1.1
          """)
  void malformedPortsAreRefused(String text, String problem) {
    assertThat(webFaults("ports: ['" + text + "']"))
        .singleElement()
        .asString()
        .startsWith("c.yml:1:36: services.web.ports[0]: '" + text + "' " + problem);
  }

  @Test
  void faultsOfTheModelStandAtTheirPort() {
    assertThat(webFaults("ports: ['80', '80:80', '443:443', '80:81']"))
        .containsExactly(
            "c.yml:1:62: services.web.ports[3]: 'TCP/80/INGRESS' stands twice; write each value"
                + " once");
    assertThat(webFaults("ports: ['80:80'], deploy: {endpoint_mode: dnsrr}"))
        .containsExactly(
            "c.yml:1:28: services.web.ports: does not fit the rest of the file; write host mode: a"
                + " port published with ingress mode can't be used with dnsrr mode");
  }

  @Test
  void longFormNeedsATarget() {
    assertThat(webFaults("ports: [{published: 80, mode: hots, app_protocol: http}]"))
        .containsExactly(
            "c.yml:1:36: services.web.ports[0]: 'target' is missing; write the port that the task"
                + " listens on",
            "c.yml:1:58: services.web.ports[0].mode: 'hots' is not known; did you mean 'host'?",
            "c.yml:1:64: services.web.ports[0].app_protocol: ports are balanced per connection;"
                + " remove the key");
  }

  private static PortSpec bound(String address, int published, int target) {
    return new PortSpec("", Protocol.TCP, target, published, PublishMode.INGRESS, List.of(address));
  }

  private static List<PortSpec> ports(String list) {
    return web("ports: " + list).endpoint().ports();
  }
}
