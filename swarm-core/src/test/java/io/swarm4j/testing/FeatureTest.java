package io.swarm4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class FeatureTest {

  private static final String ME = FeatureTest.class.getName();

  @TempDir private Path folder;

  @Test
  void reportListsTheFeaturesOfPassedTests() throws IOException {
    run(Fixture.class, "");

    assertThat(folder.resolve("features.txt"))
        .hasContent(
            """
            A01\t%1$s$Fixture#passes %1$s$Fixture$Inner#passesToo
            A02\t%1$s$Fixture#passes
            A03\t%1$s$Fixture$Inner#passesToo\
            """
                .formatted(ME));
  }

  @Test
  void reportNamesSkippedAndAbortedTestsWithTheirReason() throws IOException {
    run(Fixture.class, "");

    assertThat(Files.readAllLines(folder.resolve("skipped-tests.txt")))
        .satisfiesExactly(
            line -> assertThat(line).contains("aborts").contains("no engine here"),
            line -> assertThat(line).contains("disabled").contains("not today"));
  }

  @Test
  void noSkippedTestMakesNoFile() {
    run(Clean.class, "");

    assertThat(folder.resolve("skipped-tests.txt")).doesNotExist();
  }

  @Test
  void eachPlanOfABuildAddsWhatItHasPassed() throws IOException {
    run(Fixture.class, "A02");
    run(Fixture.class, "A02");

    assertThat(Files.readAllLines(folder.resolve("features.txt")))
        .containsExactly(
            "A01\t" + ME + "$Fixture#passes",
            "A02\t" + ME + "$Fixture#passes",
            "A01\t" + ME + "$Fixture#passes",
            "A02\t" + ME + "$Fixture#passes");
  }

  @Test
  void filterKeepsTheTestsOfTheNamedFeatures() throws IOException {
    run(Fixture.class, " A03, Z99");

    assertThat(folder.resolve("features.txt"))
        .hasContent(
            "A01\t%1$s$Fixture$Inner#passesToo\nA03\t%1$s$Fixture$Inner#passesToo".formatted(ME));
  }

  private void run(Class<?> testClass, String features) {
    var config =
        LauncherConfig.builder()
            .enableTestExecutionListenerAutoRegistration(false)
            .enablePostDiscoveryFilterAutoRegistration(false)
            .addPostDiscoveryFilters(new FeatureFilter(features))
            .addTestExecutionListeners(new FeatureReport(folder))
            .build();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(testClass)).build();
    LauncherFactory.create(config).execute(request);
  }

  @Feature("A01")
  static class Fixture {

    @Test
    @Feature({"A02", "A01"})
    void passes() {}

    @Test
    @Feature("A04")
    void fails() {
      throw new AssertionError("on purpose");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Feature("A05")
    void failsOnce(int i) {
      assertThat(i).isEqualTo(1);
    }

    @Test
    @Feature("A06")
    void aborts() {
      Assumptions.abort("no engine here");
    }

    @Test
    @Disabled("not today")
    @Feature("A07")
    void disabled() {}

    @Nested
    class Inner {

      @Test
      @Feature("A03")
      void passesToo() {}
    }
  }

  static class Clean {

    @Test
    void passes() {}
  }
}
