package io.swarm4j.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

/** The rules of the design that can be read off the classes. */
final class Rules {

  private static final String[] JDK_AND_ANNOTATIONS = {
    "java..",
    "javax.crypto..",
    "javax.naming..",
    "javax.security..",
    "org.jspecify.annotations..",
    "io.soabase.recordbuilder.."
  };

  private Rules() {}

  static ArchRule everyClassHasItsPlaceOnTheMap() {
    return classes()
        .should()
        .resideInAnyPackage(
            Modules.all(
                Modules.CORE, Modules.SCHEDULER, Modules.NETWORK, Modules.RAFT, Modules.API))
        .because("the design names every package");
  }

  static ArchRule coreNeedsTheJdkAndSlf4jOnly() {
    return classes()
        .that()
        .resideInAnyPackage(Modules.CORE)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            Modules.all(Modules.CORE, JDK_AND_ANNOTATIONS, new String[] {"org.slf4j.."}))
        .because("the core is usable without the rest");
  }

  static ArchRule modelNeedsNothing() {
    return classes()
        .that()
        .resideInAPackage("io.swarm4j.model..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(Modules.all(Modules.packages("model"), JDK_AND_ANNOTATIONS))
        .because("everything else depends on the model");
  }

  static ArchRule packagesDoNotUse(String[] users, String... used) {
    return noClasses()
        .that()
        .resideInAnyPackage(users)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(used)
        .because("arrows point one way");
  }

  static ArchRule onlyMayUse(String[] users, String... library) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(users)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library)
        .because("each library is known to one place");
  }

  static ArchRule noCyclesInCore() {
    return slices().assignedFrom(new CorePackages()).should().beFreeOfCycles();
  }

  static ArchRule timeThreadsAndChanceComeFromOnePackage() {
    return classes()
        .that()
        .resideOutsideOfPackage("io.swarm4j.time..")
        .should(not(Forbidden.timeThreadsAndChance()))
        .because("the same code runs in production and in the simulator; io.swarm4j.time has them");
  }

  static ArchRule theEngineIsAGuest() {
    return classes()
        .that()
        .resideOutsideOfPackage("io.swarm4j.raft..")
        .should(not(Forbidden.theHost()))
        .because("an embedded engine leaves the JVM's end and its handlers to the host");
  }

  static ArchRule everyPackageIsNullMarked() {
    return classes()
        .should(
            new ArchCondition<>("stand in a package with @NullMarked") {
              @Override
              public void check(JavaClass c, ConditionEvents events) {
                boolean marked =
                    c.getPackage()
                        .tryGetPackageInfo()
                        .map(info -> info.isAnnotatedWith(NullMarked.class))
                        .orElse(false);
                String message = c.getName() + ": its package-info.java lacks @NullMarked";
                events.add(new SimpleConditionEvent(c, marked, message));
              }
            });
  }

  /** No access from the class that the predicate matches. */
  private static ArchCondition<JavaClass> not(DescribedPredicate<JavaAccess<?>> forbidden) {
    return new ArchCondition<>("not " + forbidden.getDescription()) {
      @Override
      public void check(JavaClass c, ConditionEvents events) {
        c.getAccessesFromSelf().stream()
            .filter(forbidden)
            .map(access -> SimpleConditionEvent.violated(access, access.getDescription()))
            .forEach(events::add);
      }
    };
  }
}
