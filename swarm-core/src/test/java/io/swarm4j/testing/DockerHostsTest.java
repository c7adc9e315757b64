package io.swarm4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.testing.DockerHosts.EngineAction;
import io.swarm4j.testing.DockerHosts.Host;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Docker hosts of the tests are hosts of their own, which reach each other. */
@Tag("docker")
@Timeout(300)
class DockerHostsTest {
  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.own(2);

  @Test
  void containersOnTwoHostsReachEachOther() {
    Host one = HOSTS.host(0);
    Host two = HOSTS.host(1);
    two.docker("run", "-d", "--name", "server", "swarm4j/welcome");
    String address = two.docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "server");

    String page = one.docker("run", "--rm", "swarm4j/base", "curl", "-f", "http://" + address);

    assertThat(page).contains("Welcome");
    assertThat(one.docker("ps", "-aq")).isEmpty();
    assertThat(one.shell("ip -4 -o addr show eth0")).contains(one.address());
  }

  @Test
  void enginesEndAndStartAgain() {
    Host host = HOSTS.host(0);

    HOSTS.engine(host, EngineAction.KILL);

    assertThatThrownBy(() -> host.docker("version")).hasMessageContaining("Cannot connect");
    HOSTS.engine(host, EngineAction.START);
    assertThat(host.docker("info", "-f", "{{.Name}}")).isEqualTo(host.name());
  }
}
