package io.swarm4j.engine.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Ip;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Subnet;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskPlaceTest {
  private static final Network DUAL =
      new Network(
          new NetworkId(1, 1),
          Meta.NEW,
          NetworkSpec.overlay("dual"),
          List.of(IpPool.of("10.0.9.0/24"), IpPool.of("fd00:9::/64")),
          4097);

  @Test
  void anAddressHasThePrefixOfThePoolThatItIsOf() {
    List<Subnet> addresses =
        List.of(
            TaskPlace.withPrefix(Ip.parse("10.0.9.3"), DUAL),
            TaskPlace.withPrefix(Ip.parse("fd00:9::3"), DUAL));
    TaskPlace place = new TaskPlace(DUAL, addresses);
    assertThat(place.text(true)).isEqualTo("10.0.9.3/24");
    assertThat(place.text(false)).isEqualTo("fd00:9::3/64");
    assertThat(new TaskPlace(DUAL, addresses.subList(0, 1)).text(false)).isEmpty();
  }
}
