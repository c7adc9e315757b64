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
}
