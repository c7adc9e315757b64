package io.swarm4j.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules find what they forbid. */
class RulesTest {

  @Test
  void everyForbiddenCallOfTheFixtureIsFound() {
    List<String> found =
        violations(Rules.timeThreadsAndChanceComeFromOnePackage(), Offender.Clockwork.class);

    Stream<String> offences =
        Arrays.stream(Offender.Clockwork.class.getDeclaredMethods())
            .filter(method -> !method.isSynthetic())
            .map(method -> "." + method.getName() + "(");
    assertThat(offences)
        .isNotEmpty()
        .allSatisfy(method -> assertThat(found).anyMatch(line -> line.contains(method)));
  }

  @Test
  void callsThatTakeTheirClockExecutorOrRandomAreFine() {
    assertThat(violations(Rules.timeThreadsAndChanceComeFromOnePackage(), Offender.Decent.class))
        .isEmpty();
  }

  @Test
  void endingTheJvmIsFound() {
    assertThat(violations(Rules.theEngineIsAGuest(), Offender.Host.class)).hasSize(4);
  }

  @Test
  void hiddenTypesAreFoundInMembersTypeArgumentsAndSupertypes() {
    ArchRule rule = classes().should(PublicSignatures.doNotShow("java.util.concurrent.."));

    assertThat(violations(rule, Offender.Leak.class))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("Leak shows").contains("Callable"),
            line -> assertThat(line).contains("nested(").contains("shows"),
            line -> assertThat(line).contains("field shows"));
  }

  @Test
  void aClassThatTheMapDoesNotKnowIsFound() {
    assertThat(violations(Rules.everyClassHasItsPlaceOnTheMap(), Offender.class)).hasSize(1);
  }

  @Test
  void aPackageWithoutNullMarkedIsFound() {
    assertThat(violations(Rules.everyPackageIsNullMarked(), Map.class)).hasSize(1);
  }

  @Test
  void productionHoldsClassesOfAllModulesButNoTests() {
    assertThat(Modules.production().stream().map(c -> c.getPackageName()))
        .contains("io.swarm4j", "io.swarm4j.model", "io.swarm4j.raft", "io.swarm4j.scheduler")
        .contains("io.swarm4j.network")
        .doesNotContain("io.swarm4j.architecture", "io.swarm4j.testing");
  }

  private static List<String> violations(ArchRule rule, Class<?>... offenders) {
    JavaClasses classes = new ClassFileImporter().importClasses(offenders);
    return rule.evaluate(classes).getFailureReport().getDetails();
  }
}
