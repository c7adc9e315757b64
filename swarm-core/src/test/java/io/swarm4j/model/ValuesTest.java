package io.swarm4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.store.Change;
import io.swarm4j.store.LogEntry;
import io.swarm4j.testing.Feature;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

  @Test
  void idsAreReadBackFromTheirText() {
    Ids ids = new Ids(Chance.seeded(1));
    for (int i = 0; i < 1_000; i++) {
      TaskId id = ids.task();
      assertThat(id.toString()).hasSize(25);
      assertThat(TaskId.parse(id.toString())).isEqualTo(id);
    }
    assertThat(TaskId.parse(new TaskId(-1, -1).toString())).isEqualTo(new TaskId(-1, -1));
    assertThat(new TaskId(0, 0)).hasToString("0".repeat(25));
  }

  @Test
  void idsOrderLikeTheirText() {
    Ids ids = new Ids(Chance.seeded(1));
    List<TaskId> all = new ArrayList<>(List.of(new TaskId(-1, 0), new TaskId(0, -1)));
    for (int i = 0; i < 100; i++) {
      all.add(ids.task());
    }

    assertThat(all.stream().sorted().toList())
        .isEqualTo(all.stream().sorted(Comparator.comparing(TaskId::toString)).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short", "zzzzzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000000A00"})
  void textThatIsNoIdIsRefused(String text) {
    assertThatThrownBy(() -> ServiceId.parse(text))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("ServiceId.text: '" + text + "'");
  }

  @Test
  void idsOfDifferentTypesAreNeverEqual() {
    assertThat((Object) new TaskId(1, 2)).isNotEqualTo(new ServiceId(1, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.1.2,10.0.1.2",
    "255.255.255.255,255.255.255.255",
    "fd00::2,fd00::2",
    "::,::",
    "0:0:0:0:0:0:0:1,::1",
    "1:0:0:0:0:0:0:0,1::",
    "2001:DB8:0:0:1:0:0:1,2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1,2001:db8:0:1:1:1:1:1",
    "1:0:0:2:0:0:0:3,1:0:0:2::3",
    "::ffff:10.0.0.1,10.0.0.1",
  })
  void addressesAreReadAndWritten(String text, String written) {
    Ip ip = Ip.parse(text);

    assertThat(ip).hasToString(written);
    assertThat(Ip.parse(written)).isEqualTo(ip);
    assertThat(Ip.of(ip.toInetAddress())).isEqualTo(ip);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10.0.0",
        "10.0.0.0.1",
        "256.1.1.1",
        "999.1.1.1",
        "010.1.1.1",
        "1.2.3.4.",
        "fd00::g",
        "1::2::3",
        ":"
      })
  void textThatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> Ip.parse(text))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("an IPv4 or IPv6 address");
  }

  @Test
  void addressArithmeticCarriesAndBorrows() {
    assertThat(Ip.parse("10.0.0.255").plus(1)).hasToString("10.0.1.0");
    assertThat(Ip.parse("10.0.1.0").plus(-1)).hasToString("10.0.0.255");
    assertThat(Ip.parse("fd00::ffff:ffff:ffff:ffff").plus(1)).isEqualTo(Ip.parse("fd00:0:0:1::"));
    assertThat(Ip.parse("fd00:0:0:1::").plus(-1)).isEqualTo(Ip.parse("fd00::ffff:ffff:ffff:ffff"));
    assertThat(Ip.parse("10.0.0.1")).isLessThan(Ip.parse("200.0.0.1"));
    assertThat(Ip.parse("200.0.0.1")).isLessThan(Ip.parse("fd00::"));
    assertThat(Ip.parse("7fff::")).isLessThan(Ip.parse("8000::"));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.9.4/24,10.0.9.0,256",
    "10.0.9.4/32,10.0.9.4,1",
    "0.0.0.0/0,0.0.0.0,4294967296",
    "fd00::5/64,fd00::,9223372036854775807",
    "fd00::5/120,fd00::,256",
    "fd00:1:2:3::5/60,fd00:1:2::,9223372036854775807",
    "fd00::5/0,::,9223372036854775807",
  })
  void subnets(String cidr, String first, long size) {
    Subnet subnet = Subnet.parse(cidr);

    assertThat(subnet.first()).isEqualTo(Ip.parse(first));
    assertThat(subnet.size()).isEqualTo(size);
    assertThat(subnet.contains(subnet.address())).isTrue();
  }

  @Test
  void subnetsContainAndOverlap() {
    Subnet subnet = Subnet.parse("10.0.9.0/24");

    assertThat(subnet.contains(Ip.parse("10.0.9.255"))).isTrue();
    assertThat(subnet.contains(Ip.parse("10.0.10.0"))).isFalse();
    assertThat(subnet.contains(Ip.parse("fd00::"))).isFalse();
    assertThat(Subnet.parse("::/0").contains(Ip.parse("10.0.9.1")))
        .as("IPv4 addresses lie in no IPv6 range")
        .isFalse();
    assertThat(subnet.overlaps(Subnet.parse("10.0.0.0/8"))).isTrue();
    assertThat(Subnet.parse("10.0.0.0/8").overlaps(subnet)).isTrue();
    assertThat(subnet.overlaps(Subnet.parse("10.0.8.0/24"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "fd00::/129",
        "/8",
        "10.0.0.0/-1",
        "a/8"
      })
  void textThatIsNoSubnetIsRefused(String text) {
    assertThatThrownBy(() -> Subnet.parse(text)).isInstanceOf(InvalidSpecException.class);
  }

  @Test
  @Feature({"O01", "O02"})
  void secretsShowInNoText() {
    String hidden = "correct horse battery staple";
    SecretSpec spec = SecretSpec.of("pass", hidden);
    Secret secret = new Secret(new SecretId(1, 1), Meta.NEW, spec, 1);
    Config config =
        new Config(
            new ConfigId(1, 1),
            Meta.NEW,
            new ConfigSpec("conf", Map.of(), Payload.of(hidden), false),
            1);
    TaskFile file = new TaskFile(TaskFile.Kind.SECRET, FileTarget.of("pass"), Payload.of(hidden));
    ServiceSpec service = ServiceSpec.of("web", "nginx");
    Task task =
        TaskBuilder.builder()
            .id(new TaskId(1, 1))
            .serviceId(new ServiceId(1, 1))
            .slot(new SlotKey.Numbered(1))
            .desiredState(TaskState.RUNNING)
            .status(TaskStatus.of(TaskState.NEW, Instant.EPOCH, ""))
            .build();
    Assignment assignment = new Assignment(task, service, "web.1", List.of(file));

    List<Object> all =
        List.of(
            spec,
            secret,
            config,
            file,
            assignment,
            new ToNode.Assignments(1, 0, true, List.of(assignment), List.of()),
            new Change(null, secret),
            new LogEntry(1, 1, Instant.EPOCH, List.of(secret, config), List.of()));
    assertThat(all)
        .allSatisfy(
            object ->
                assertThat(object.toString()).contains("Payload[28 bytes]").doesNotContain(hidden));
    assertThatThrownBy(() -> SecretSpec.of("pass", hidden.repeat(20_000)))
        .hasMessageContaining("560000 bytes")
        .hasMessageNotContaining(hidden);
  }

  @Test
  @Feature("O15")
  void payloadsAreCopiedAndBounded() {
    byte[] bytes = {1, 2, 3};
    Payload payload = new Payload(bytes);
    bytes[0] = 9;
    payload.bytes()[1] = 9;

    assertThat(payload.bytes()).containsExactly(1, 2, 3);
    assertThat(payload).isEqualTo(new Payload(new byte[] {1, 2, 3}));
    assertThatThrownBy(() -> SecretSpec.of("pass", "")).hasMessageContaining("larger than 0");
    assertThat(SecretSpec.of("pass", "x".repeat(511_999)).data().size()).isEqualTo(511_999);
    assertThatThrownBy(() -> SecretSpec.of("pass", "x".repeat(512_000)))
        .hasMessageContaining("less than 512000 bytes");
  }

  @Test
  void mapsOfSpecsAreCopiedAndSorted() {
    Map<String, String> labels = new java.util.HashMap<>(Map.of("b", "2", "a", "1"));
    ServiceSpec spec = ServiceSpec.of("web", "nginx").withLabels(labels);
    labels.put("c", "3");

    assertThat(spec.labels()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
    assertThatThrownBy(() -> spec.labels().put("d", "4"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void everyStatusButRunningHasAReason() {
    for (TaskState state : TaskState.values()) {
      TaskStatus status = TaskStatus.of(state, Instant.EPOCH, "");
      assertThat(status.reason() == null).isEqualTo(state == TaskState.RUNNING);
    }
  }

  @Test
  void slotsOrderByNumberThenByNode() {
    List<SlotKey> sorted =
        new ArrayList<>(
            List.of(
                new SlotKey.OnNode(new NodeId(-1, 0)),
                new SlotKey.Numbered(10),
                new SlotKey.OnNode(new NodeId(0, 1)),
                new SlotKey.Numbered(9)));
    sorted.sort(null);

    assertThat(sorted)
        .extracting(SlotKey::toString)
        .containsExactly("9", "10", new NodeId(0, 1).toString(), new NodeId(-1, 0).toString());
  }
}
