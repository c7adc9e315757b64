package io.swarm4j.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.PackageMatchers;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvent;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Stream;

/** Users of a class see no type of the given packages: not above it, and not in its members. */
final class PublicSignatures extends ArchCondition<JavaClass> {

  private final PackageMatchers hidden;

  private PublicSignatures(String... packages) {
    super("not show types of " + String.join(", ", packages) + " to users");
    hidden = PackageMatchers.of(packages);
  }

  static PublicSignatures doNotShow(String... packages) {
    return new PublicSignatures(packages);
  }

  @Override
  public void check(JavaClass c, ConditionEvents events) {
    if (!isVisible(c.getModifiers())) {
      return;
    }
    Stream.concat(c.getSuperclass().stream(), c.getInterfaces().stream())
        .filter(this::isHidden)
        .forEach(type -> events.add(violation(c, c.getName(), type)));
    for (JavaMember member : c.getMembers()) {
      if (isVisible(member.getModifiers())) {
        typesOf(member)
            .filter(this::isHidden)
            .forEach(type -> events.add(violation(c, member.getFullName(), type)));
      }
    }
  }

  private static Stream<? extends JavaType> typesOf(JavaMember member) {
    if (member instanceof JavaCodeUnit unit) {
      return Stream.of(
              Stream.of(unit.getReturnType()),
              unit.getParameterTypes().stream(),
              unit.getExceptionTypes().stream())
          .flatMap(types -> types);
    }
    return Stream.of(((JavaField) member).getType());
  }

  private boolean isHidden(JavaType type) {
    return type.getAllInvolvedRawTypes().stream()
        .anyMatch(raw -> hidden.test(raw.getPackageName()));
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static ConditionEvent violation(JavaClass c, String where, JavaType type) {
    return SimpleConditionEvent.violated(c, where + " shows " + type.getName());
  }
}
