package io.swarm4j.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** The packages of swarm-core as slices; those below a package belong to it. */
final class CorePackages implements SliceAssignment {

  @Override
  public SliceIdentifier getIdentifierOf(JavaClass c) {
    for (String pattern : Modules.CORE) {
      if (PackageMatcher.of(pattern).matches(c.getPackageName())) {
        return SliceIdentifier.of(pattern);
      }
    }
    return SliceIdentifier.ignore();
  }

  @Override
  public String getDescription() {
    return "packages of swarm-core";
  }
}
