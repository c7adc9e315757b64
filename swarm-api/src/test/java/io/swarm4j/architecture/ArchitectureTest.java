package io.swarm4j.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static io.swarm4j.architecture.Modules.all;
import static io.swarm4j.architecture.Modules.packages;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house rules of the design hold in all modules. */
class ArchitectureTest {

  private static final JavaClasses PRODUCTION = Modules.production();

  @ParameterizedTest
  @MethodSource("rules")
  void holds(ArchRule rule) {
    rule.check(PRODUCTION);
  }

  static Stream<ArchRule> rules() {
    return Stream.of(
        Rules.everyClassHasItsPlaceOnTheMap(),
        Rules.everyPackageIsNullMarked(),

        // arrows between and within modules
        Rules.coreNeedsTheJdkAndSlf4jOnly(),
        Rules.modelNeedsNothing(),
        Rules.noCyclesInCore(),
        Rules.packagesDoNotUse(
            packages("store"), packages("orchestrator", "dispatcher", "agent", "sim")),
        Rules.packagesDoNotUse(packages("orchestrator"), packages("dispatcher", "agent", "sim")),
        // The control loop, which the dispatcher takes part in, belongs to the orchestrator.
        Rules.packagesDoNotUse(packages("dispatcher"), packages("sim")),
        Rules.packagesDoNotUse(packages("agent"), packages("orchestrator", "dispatcher", "sim")),
        Rules.packagesDoNotUse(Modules.SCHEDULER, all(Modules.NETWORK, Modules.RAFT, Modules.API)),
        Rules.packagesDoNotUse(Modules.NETWORK, all(Modules.SCHEDULER, Modules.RAFT, Modules.API)),
        Rules.packagesDoNotUse(Modules.RAFT, all(Modules.SCHEDULER, Modules.NETWORK, Modules.API)),

        // libraries
        Rules.onlyMayUse(packages("docker"), "com.github.dockerjava.."),
        Rules.onlyMayUse(packages("raft"), "org.apache.ratis.."),
        Rules.onlyMayUse(packages("compose"), "org.snakeyaml.."),
        Rules.onlyMayUse(packages("node"), "io.grpc..", "org.bouncycastle.."),
        Rules.onlyMayUse(all(Modules.NETWORK, Modules.API), "io.netty.."),
        classes()
            .that()
            .resideInAnyPackage(all(Modules.CORE, Modules.SCHEDULER, new String[] {"io.swarm4j"}))
            .should(
                PublicSignatures.doNotShow(
                    "io.netty..",
                    "io.grpc..",
                    "com.fasterxml.jackson..",
                    "com.github.dockerjava..",
                    "org.apache.ratis..",
                    "org.snakeyaml..")),

        // determinism and manners
        Rules.timeThreadsAndChanceComeFromOnePackage(),
        Rules.theEngineIsAGuest());
  }
}
