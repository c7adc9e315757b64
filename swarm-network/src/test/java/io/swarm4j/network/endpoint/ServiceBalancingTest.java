package io.swarm4j.network.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.network.lb.Algorithm;
import io.swarm4j.network.lb.FrontendOptions;
import io.swarm4j.network.lb.ProxyProtocol;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceBalancingTest {

  @Test
  void labelsSayHowToBalance() {
    assertThat(ServiceBalancing.of(Map.of("team", "a"))).isSameAs(ServiceBalancing.DEFAULT);
    assertThat(
            ServiceBalancing.of(
                Map.of(
                    "swarm4j.lb.algorithm", "source-hash",
                    "swarm4j.lb.proxy-protocol", "v2",
                    "swarm4j.lb.idle-timeout", "15m",
                    "swarm4j.lb.drain", "30s",
                    "swarm4j.lb.max-connections", "100",
                    "swarm4j.lb.same-node-first", "true")))
        .isEqualTo(
            new ServiceBalancing(
                Algorithm.SOURCE_HASH,
                ProxyProtocol.V2,
                FrontendOptions.NONE
                    .withIdleTimeout(Duration.ofMinutes(15))
                    .withMaxConnections(100)
                    .withSameNodeFirst(true),
                Duration.ofSeconds(30)));
  }

  @Test
  void everyBadLabelIsNamed() {
    Map<String, String> bad =
        Map.of(
            "swarm4j.lb.algorithm", "random",
            "swarm4j.lb.idle-timeout", "soon",
            "swarm4j.lb.max-connections", "-1",
            "swarm4j.lb.same-node-first", "yes",
            "swarm4j.lb.nonsense", "1");
    assertThatThrownBy(() -> ServiceBalancing.of(bad))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            refused ->
                assertThat(refused.faults())
                    .extracting(Fault::path)
                    .containsExactlyInAnyOrder(
                        bad.keySet().stream()
                            .map(label -> "ServiceSpec.labels." + label)
                            .toArray(String[]::new)));
    assertThat(ServiceBalancing.orDefault(bad)).isSameAs(ServiceBalancing.DEFAULT);
  }
}
