package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.DockerCli.Said;
import io.swarm4j.testing.Feature;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How machines come into a swarm and leave it: parts II and III of the scenarios. */
@Timeout(180)
class MembershipScenarioTest {
  @TempDir private Path folder;
  private Machines machines;

  @BeforeEach
  void start() {
    machines = new Machines(folder);
  }

  @AfterEach
  void stop() throws Exception {
    if (machines != null) {
      machines.close();
    }
  }

  @Test
  @Scenario({"SC-010", "SC-011", "SC-020", "SC-021", "SC-023"})
  @Feature({"B03", "B05", "B07", "B08", "B09", "C01"})
  void fromNoSwarmToOneAndBack() throws Exception {
    DockerCli m1 = machines.start("m1");
    DockerCli w1 = machines.start("w1");
    for (DockerCli each : List.of(m1, w1)) {
      assertThat(each.run("info").ok()).contains("Swarm: inactive");
    }
    assertThat(m1.run("info").ok()).contains("Name: m1");
    assertThat(w1.run("info").ok()).contains("Name: w1");
    assertThat(m1.run("swarm", "--help").ok()).contains("Initialize a swarm");
    assertThat(m1.run("network", "ls", "-q").ok()).isEmpty();
    assertThat(m1.run("node", "ls").err()).contains("This node is not a swarm manager");
    assertThat(m1.run("swarm", "leave").exit()).isNotZero();

    String[] init = {"swarm", "init", "--advertise-addr", "127.0.0.1"};
    assertThat(m1.run(init).ok()).contains("is now a manager", "docker swarm join --token SWMTKN");
    assertThat(m1.run(init).err()).contains("already part of a swarm");
    assertThat(m1.run("info").ok()).contains("Swarm: active", "Is Manager: true", "Managers: 1");

    assertThat(w1.run(Machines.join(m1, "worker")).ok()).contains("joined a swarm as a worker");
    Lab.poll(Machines.nodes(m1), nodes -> nodes.contains("w1 Ready"));
    assertThat(w1.run("info").ok()).contains("Swarm: active", "Is Manager: false");
    assertThat(w1.run("node", "ls").err()).contains("Worker nodes can't be used to view");
    assertThat(w1.run("swarm", "join-token", "manager").err()).contains("not a swarm manager");
    String[] worker = m1.run("swarm", "join-token", "-q", "worker").ok().split("-");
    String[] manager = m1.run("swarm", "join-token", "-q", "manager").ok().split("-");
    assertThat(worker).hasSize(4).startsWith("SWMTKN", "1", manager[2]);
    assertThat(worker[3]).isNotEqualTo(manager[3]);

    assertThat(w1.run("swarm", "leave").ok()).contains("Node left the swarm");
    assertThat(m1.run("swarm", "leave").err()).contains("Removing the last manager erases");
    assertThat(m1.run("swarm", "leave", "--force").ok()).contains("Node left the swarm");
    assertThat(m1.run("info").ok()).contains("Swarm: inactive");
    assertThat(m1.run("service", "ls").err()).contains("docker swarm init");
  }

  @Test
  @Scenario(
      value = "SC-022",
      note = "a machine with one address has no choice to make: there the first form works, too")
  void initAsksForAnAddressWhereThereAreSeveral() throws Exception {
    DockerCli m1 = machines.start("m1", "0.0.0.0:0");
    long addresses =
        NetworkInterface.networkInterfaces()
            .filter(each -> each.inetAddresses().noneMatch(a -> a.isLoopbackAddress()))
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> address instanceof Inet4Address && !address.isLinkLocalAddress())
            .count();
    if (addresses > 1) {
      assertThat(m1.run("swarm", "init").err()).contains("multiple addresses");
    }
    assertThat(m1.run("swarm", "init", "--advertise-addr", "lo").ok()).contains("--token SWMTKN");
    assertThat(m1.run("node", "inspect", "self", "--format", "{{.ManagerStatus.Addr}}").ok())
        .startsWith("127.0.0.1:");
  }

  @Test
  @Scenario("SC-025")
  void tokensAndTheRootAreRotated() throws Exception {
    DockerCli m1 = machines.manager("m1");
    DockerCli w1 = machines.start("w1");
    DockerCli w2 = machines.start("w2");
    String old = m1.run("swarm", "join-token", "-q", "worker").ok();
    w1.run(Machines.join(old, m1)).ok();

    String fresh = m1.run("swarm", "join-token", "--rotate", "-q", "worker").ok();
    assertThat(fresh).isNotEqualTo(old).startsWith(old.substring(0, old.lastIndexOf('-')));
    Said refused = w2.run(Machines.join(old, m1));
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.err()).contains("token");

    String root = m1.run("swarm", "ca").ok();
    assertThat(root).startsWith("-----BEGIN CERTIFICATE-----");
    m1.run("swarm", "ca", "--rotate", "--detach").ok();
    w2.run(Machines.join(m1, "worker")).ok();
    Lab.poll(Machines.nodes(m1), nodes -> nodes.contains("w2 Ready"));
  }

  @Test
  @Scenario("SC-028")
  @Feature({"D14", "D15"})
  void aNodeIsRemovedByForceAndComesBack() throws Exception {
    DockerCli m1 = machines.manager("m1");
    DockerCli w2 = machines.start("w2");
    w2.run(Machines.join(m1, "worker")).ok();
    Lab.poll(Machines.nodes(m1), nodes -> nodes.contains("w2 Ready"));
    String id = m1.run("node", "inspect", "w2", "--format", "{{.ID}}").ok();
    assertThat(m1.run("node", "rm", "w2").err()).contains("is not down and can't be removed");
    assertThat(m1.run("node", "rm", "-f", "w2").ok()).isEqualTo("w2");
    assertThat(Machines.nodes(m1).call()).doesNotContain("w2");
    assertThat(w2.run(Machines.join(m1, "worker")).err()).contains("already part of a swarm");
    w2.run("swarm", "leave").ok();
    w2.run(Machines.join(m1, "worker")).ok();
    Lab.poll(Machines.nodes(m1), nodes -> nodes.contains("w2 Ready"));
    assertThat(m1.run("node", "inspect", "w2", "--format", "{{.ID}}").ok()).isNotEqualTo(id);
  }

  @Test
  @Scenario({"SC-037", "SC-180"})
  @Feature({"D07", "D08"})
  void managersJoinArePromotedAndDemoted() throws Exception {
    DockerCli m1 = machines.manager("m1");
    DockerCli w1 = machines.start("w1");
    w1.run(Machines.join(m1, "worker")).ok();
    Lab.poll(Machines.nodes(m1), nodes -> nodes.contains("w1 Ready"));
    m1.run("service", "create", "-d", "--name", "web", "--no-resolve-image", "swarm4j/customer")
        .ok();
    assertThat(m1.run("node", "promote", "w1").ok()).contains("promoted to a manager");
    Lab.poll(Machines.nodes(m1), nodes -> nodes.contains("w1 Ready Reachable"));
    Lab.poll(
        () -> w1.run("service", "ls", "--format", "{{.Name}} {{.Replicas}}").out(),
        services -> services.contains("web 1/1"));
    w1.run("service", "scale", "-d", "web=2").ok();
    assertThat(m1.run("node", "promote", "w1").ok()).contains("is already a manager");
    assertThat(m1.run("node", "demote", "w1").ok()).contains("demoted in the swarm");
    Lab.poll(Machines.nodes(m1), nodes -> nodes.contains("w1 Ready  "));
    Lab.poll(() -> w1.run("info").out(), info -> info.contains("Is Manager: false"));
    assertThat(Machines.nodes(m1).call()).contains("m1 Ready Leader");
    Lab.poll(() -> m1.run("service", "ls", "--format", "{{.Replicas}}").out(), "2/2\n"::equals);

    DockerCli m2 = machines.start("m2");
    assertThat(m2.run(Machines.join(m1, "manager")).ok()).contains("joined a swarm as a manager");
    Lab.poll(Machines.nodes(m2), nodes -> nodes.contains("m2 Ready Reachable"));
    assertThat(m2.run("service", "ls", "--format", "{{.Name}}").ok()).isEqualTo("web");
  }
}
