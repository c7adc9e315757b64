package io.swarm4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.testing.Feature;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Feature({"E17", "G04", "G05", "G06"})
class ConstraintTest {
  private static final Node NODE =
      new Node(
          NodeId.parse("0000000000000000000000001"),
          Meta.NEW,
          NodeSpec.of(NodeRole.MANAGER).withLabels(Map.of("zone", "A", "Key", "v")),
          NodeDescription.UNKNOWN
              .withHostname("w4.example")
              .withPlatform(new Placement.Platform("linux", "amd64"))
              .withEngineLabels(Map.of("storage", "ssd disk")),
          new NodeStatus(NodeState.READY, "", "10.0.9.4", Instant.EPOCH),
          NodeRole.MANAGER,
          null);

  @ParameterizedTest
  @CsvSource({
    "node.role==manager,true",
    "node.role == MANAGER,true",
    "node.role!=manager,false",
    "NODE.ROLE==manager,true",
    "node.hostname==W4.EXAMPLE,true",
    "node.hostname==w4,false",
    "node.hostname!=w4,true",
    "node.hostname==w4.*,false",
    "node.id==0000000000000000000000001,true",
    "node.platform.os==Linux,true",
    "node.platform.arch!=arm64,true",
    "node.labels.zone==a,true",
    "Node.Labels.zone==a,true",
    "node.labels.Zone==a,false",
    "node.labels.Key==V,true",
    "node.labels.absent!=x,true",
    "node.labels.absent==x,false",
    "engine.labels.storage==SSD disk,true",
    "engine.labels.absent!=x,true",
    "node.unknown==x,false",
    "node.unknown!=x,false",
    "node.ip==10.0.9.4,true",
    "node.ip!=10.0.9.4,false",
    "node.ip==10.0.9.5,false",
    "node.ip==10.0.9.0/24,true",
    "node.ip!=10.0.9.0/24,false",
    "node.ip!=10.0.8.0/24,true",
    "node.ip==10.0.9.0/99,false",
    "node.ip!=nonsense,false",
  })
  void matches(String expression, boolean expected) {
    assertThat(Constraint.parse(expression).matches(NODE)).isEqualTo(expected);
  }

  @Test
  void aNodeWithoutAnAddressHasNoneOfThoseThatAreExcluded() {
    Node silent = NODE.withStatus(new NodeStatus(NodeState.UNKNOWN, "", "", Instant.EPOCH));

    assertThat(Constraint.parse("node.ip!=10.0.9.4").matches(silent)).isTrue();
    assertThat(Constraint.parse("node.ip!=10.0.9.0/24").matches(silent)).isTrue();
    assertThat(Constraint.parse("node.ip==10.0.9.4").matches(silent)).isFalse();
    assertThat(Constraint.parse("node.ip==10.0.9.0/24").matches(silent)).isFalse();
  }

  @Test
  void theDoubleEqualsSignIsLookedForFirst() {
    assertThatThrownBy(() -> Constraint.parse("a!=b==c"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("'a!=b'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"node.role", "node.role=manager", "", "node.role>manager"})
  void withoutAnOperatorItIsRefused(String expression) {
    assertThatThrownBy(() -> Constraint.parse(expression))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("one operator from ==, !=");
  }

  @ParameterizedTest
  @ValueSource(strings = {"==x", "1key==x", "k==x", "ke y==x", "key==", "key==a,b", "key==ä"})
  void malformedKeysAndValuesAreRefused(String expression) {
    assertThatThrownBy(() -> Constraint.parse(expression)).isInstanceOf(InvalidSpecException.class);
  }

  @Test
  void theFaultsOfSeveralExpressionsAreReportedTogether() {
    InvalidSpecException refused =
        catchThrowableOfType(
            InvalidSpecException.class,
            () -> Constraint.parseAll(List.of("node.role==manager", "bad", "1==")));

    assertThat(refused.faults())
        .extracting(Fault::path)
        .containsExactly(
            "constraints[1].Constraint",
            "constraints[2].Constraint.key",
            "constraints[2].Constraint.value");
  }

  @Test
  void allConstraintsMustHold() {
    assertThat(Placement.constrained("node.role==manager", "node.labels.zone==a").allows(NODE))
        .isTrue();
    assertThat(Placement.constrained("node.role==manager", "node.labels.zone==b").allows(NODE))
        .isFalse();
    assertThat(Placement.ANYWHERE.allows(NODE)).isTrue();
  }

  @Test
  void itsTextIsReadBackAsItself() {
    Constraint constraint = Constraint.parse(" node.labels.zone  !=  a b ");

    assertThat(constraint).hasToString("node.labels.zone!=a b");
    assertThat(Constraint.parse(constraint.toString())).isEqualTo(constraint);
  }
}
