package io.swarm4j.testing;

import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * Keeps the tests of the features that the system property {@code swarm4j.features} names, comma
 * separated; without the property, all tests.
 */
public final class FeatureFilter implements PostDiscoveryFilter {

  private final Set<String> wanted = new TreeSet<>();

  /** A filter as the system property says. */
  public FeatureFilter() {
    this(System.getProperty("swarm4j.features", ""));
  }

  FeatureFilter(String features) {
    for (String id : features.split(",")) {
      if (!id.isBlank()) {
        wanted.add(id.strip());
      }
    }
  }

  @Override
  public FilterResult apply(TestDescriptor test) {
    boolean keep =
        wanted.isEmpty()
            || !(test.getSource().orElse(null) instanceof MethodSource method)
            || Features.of(method).stream().anyMatch(wanted::contains);
    return FilterResult.includedIf(keep);
  }
}
