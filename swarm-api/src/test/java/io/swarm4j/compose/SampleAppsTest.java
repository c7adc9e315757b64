package io.swarm4j.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.Constraint;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.Mount;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SampleAppsTest {
  private static final Constraint ON_MANAGERS = Constraint.parse("node.role == manager");

  @Test
  @Feature({"M00", "M03", "M04", "M10", "M11", "M12", "M13", "M15", "H15"})
  void visualizerIsOneServiceOnAManagerWithABindAndAPort() {
    Stack stack = read("viz.yml", "viz");

    assertThat(stack.networks()).extracting(NetworkSpec::name).containsExactly("viz_default");
    assertThat(stack.networks().get(0).labels()).containsEntry(Stack.NAMESPACE_LABEL, "viz");
    assertThat(stack.services()).hasSize(1);
    ServiceSpec viz = stack.services().get(0);
    assertThat(viz.name()).isEqualTo("viz_viz");
    assertThat(viz.labels())
        .containsEntry(Stack.NAMESPACE_LABEL, "viz")
        .containsEntry(Stack.IMAGE_LABEL, "manomarks/visualizer");
    assertThat(viz.task().container().labels()).containsEntry(Stack.NAMESPACE_LABEL, "viz");
    assertThat(viz.task().container().mounts())
        .containsExactly(Mount.bind("/var/run/docker.sock", "/var/run/docker.sock"));
    assertThat(viz.task().placement().constraints()).containsExactly(ON_MANAGERS);
    assertThat(viz.endpoint().ports()).containsExactly(PortSpec.ingress(8090, 8080));
    assertThat(viz.task().networks())
        .containsExactly(new NetworkAttachmentSpec("viz_default", List.of("viz"), null));
    assertThat(stack.warnings()).isEmpty();
  }

  @Test
  @Feature({"M04", "M13", "M14", "M16"})
  void apisAreTwoServicesThatFindEachOtherByShortNames() {
    Stack stack = read("apis.yml", "apis");

    assertThat(stack.services())
        .extracting(ServiceSpec::name)
        .containsExactly("apis_customer", "apis_balance");
    assertThat(stack.services())
        .extracting(ServiceSpec::mode)
        .containsExactly(new ServiceMode.Replicated(5), new ServiceMode.Replicated(2));
    assertThat(stack.services().get(0).task().networks())
        .containsExactly(new NetworkAttachmentSpec("apis_default", List.of("customer"), null));
    ServiceSpec balance = stack.services().get(1);
    assertThat(balance.task().container().env())
        .isEqualTo(Map.of("MYWEB_CUSTOMER_API", "customer:3000"));
    assertThat(balance.endpoint().ports()).containsExactly(PortSpec.ingress(5000, 3000));
  }

  @Test
  @Feature({"M18", "N01", "N02"})
  void calculatorHasAHealthCheckOfTheShell() {
    ServiceSpec calc = read("calc.yml", "calc").services().get(0);

    assertThat(calc.task().container().health())
        .isEqualTo(
            new HealthCheck(
                new HealthCheck.Probe.Shell(
                    "curl -f -s -S http://localhost/calc/iseverythingok || exit 1"),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                0,
                null,
                null));
    assertThat(calc.task().placement().constraints()).containsExactly(ON_MANAGERS);
  }

  @Test
  @Feature({"M19", "M20", "O06", "O18"})
  void databaseGetsItsSecretUnderAnAlias() {
    Stack stack = read("mysql.with.secrets.yml", "mysql");

    assertThat(stack.services().get(0).task().container().secrets())
        .singleElement()
        .satisfies(
            secret -> {
              assertThat(secret.secret()).isEqualTo("mysql_root_pass_v1");
              assertThat(secret.file()).isEqualTo(FileTarget.of("root_pass"));
            });
    assertThat(stack.secrets()).isEmpty();
    assertThat(stack.externalNames(ExternalReference.Kind.SECRET))
        .containsExactly("mysql_root_pass_v1");
    assertThat(stack.externals().get(0).mark())
        .isEqualTo(new Mark("mysql.with.secrets.yml", 14, 3));
  }

  @Test
  @Feature({"M24", "O05", "O18"})
  void secretThatIsGrantedButNotDefinedIsExplained() {
    String granted =
        resource("mysql.with.secrets.yml").replaceAll("(?s)\nsecrets:\n  root_pass_v1.*", "\n");

    assertThatThrownBy(() -> ComposeFile.read("mysql.yml", granted, ComposeOptions.of("mysql")))
        .isInstanceOf(ComposeException.class)
        .hasMessage(
            "mysql.yml:10:17: services.mysql.secrets[0].source: secret 'root_pass_v1' is not"
                + " defined at top level; add 'secrets: {root_pass_v1: {file: ...}}' for one that"
                + " belongs to the stack and is then called mysql_root_pass_v1, or 'secrets:"
                + " {root_pass_v1: {external: true}}' for one that exists as root_pass_v1; the"
                + " stack's name is put before names that are not external");
  }

  @Test
  void allFaultsOfAFileAreReportedWithPlaceAndRemedy() {
    assertThatThrownBy(
            () -> ComposeFile.read("company.yml", resource("company.yml"), ComposeOptions.of("co")))
        .isInstanceOf(ComposeException.class)
        .hasMessage(
            String.join(
                "\n",
                "company.yml:5:5: services.web.restart: restart is not used in swarm mode: use"
                    + " deploy.restart_policy",
                "company.yml:8:9: services.web.ports[1]: '80800:80' has a port or range outside 1"
                    + " to 65535: 80800",
                "company.yml:11:39: services.web.deploy.resources.limits.memory: '50 MB of it' is"
                    + " no size; write bytes, or a size such as 512k, 50M or 1gb",
                "company.yml:12:5: services.web.replica: unknown key; did you mean"
                    + " deploy.replicas?",
                "company.yml:14:7: services.web.healthcheck.test: a list must begin with NONE, CMD"
                    + " or CMD-SHELL, not 'curl'",
                "company.yml:15:17: services.web.healthcheck.interval: '5' has no unit; write 5s"
                    + " for seconds",
                "company.yml:16:23: services.web.networks[1]: network 'bakc' is not defined at top"
                    + " level; did you mean 'back'? Otherwise add 'networks: {bakc: }'",
                "company.yml:18:9: services.web.secrets[0]: secret 'root_pass' is not defined at"
                    + " top level; add 'secrets: {root_pass: {file: ...}}' for one that belongs to"
                    + " the stack and is then called co_root_pass, or 'secrets: {root_pass:"
                    + " {external: true}}' for one that exists as root_pass; the stack's name is"
                    + " put before names that are not external",
                "company.yml:19:18: services.web.stop_signal: 'sigterm' is refused; write a signal"
                    + " name such as SIGTERM, or its number",
                "company.yml:20:3: services.api: 'image' is missing; write a reference such as"
                    + " nginx:1.27; images are not built from sources",
                "company.yml:21:5: services.api.build: build is not used in swarm mode: build and"
                    + " push the image first, and name it in image",
                "company.yml:22:18: services.api.depends_on[0]: service 'db' is not defined in"
                    + " this file",
                "company.yml:24:9: services.api.volumes[0]: volume 'data' is not defined at top"
                    + " level; add 'volumes: {data: }', or begin a host path with / or ./",
                "company.yml:27:10: networks.back.atachable: unknown key; did you mean"
                    + " attachable?"));
  }

  private static Stack read(String file, String stack) {
    return ComposeFile.read(file, resource(file), ComposeOptions.of(stack));
  }

  static String resource(String name) {
    try (InputStream in = SampleAppsTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new AssertionError(unreadable);
    }
  }
}
