package io.swarm4j.network.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Subnet;
import org.junit.jupiter.api.Test;

class HostRoutesTest {
  private static final String TABLE =
      """
      Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
      eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
      eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
      eth1\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
      down\t0003000A\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0
      s4jb4097\t0009000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
      what is this?
      eth2\tnothing\t00000000\t0001\t0\t0\t0\tnowhere\t0\t0\t0
      """;

  @Test
  void routesAreReadButForTheDefaultOneOurOwnAndWhatCannotBeRead() {
    assertThat(HostRoutes.parse(TABLE, name -> name.startsWith("s4j")))
        .containsExactly(Subnet.parse("172.17.0.0/16"), Subnet.parse("10.0.2.0/24"));
    assertThat(HostRoutes.parse("", name -> false)).isEmpty();
  }

  @Test
  void routesOfIpv6AreReadAlike() {
    String none = "00000000000000000000000000000000";
    String table =
        String.join(
            "\n",
            route("fd000001000000000000000000000000 40", "00000001", "eth0"),
            route("fd000002000000000000000000000000 40", "00000001", "s4jb4097"),
            route("fe800000000000000000000000000000 40", "00000001", "eth0"),
            route("ff000000000000000000000000000000 08", "00000001", "eth0"),
            route("fd000001000000000000000000000001 80", "80200001", "eth0"),
            route("fd000003000000000000000000000000 30", "00200200", "lo"),
            route("fd000004000000000000000000000000 38", "00000003", "eth1"),
            route(none + " 00", "00000003", "eth0"),
            "what is this?");
    assertThat(HostRoutes.parseIpv6(table, name -> name.startsWith("s4j")))
        .containsExactly(Subnet.parse("fd00:1::/64"), Subnet.parse("fd00:4::/56"));
    assertThat(HostRoutes.parseIpv6("", name -> false)).isEmpty();
  }

  private static String route(String destination, String flags, String device) {
    String none = "00000000000000000000000000000000";
    return destination
        + " "
        + none
        + " 00 "
        + none
        + " 00000100 00000001 00000000 "
        + flags
        + "     "
        + device;
  }
}
