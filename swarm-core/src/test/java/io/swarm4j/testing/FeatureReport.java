package io.swarm4j.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Adds to two files of a module's build folder whenever a plan of its tests ends: {@code
 * features.txt}, with lines of a feature that a passed test covers (identifier, tab, the tests),
 * and {@code skipped-tests.txt}, which exists only where tests were skipped or aborted, and which
 * fails the build where {@code CI=true}. Several JVMs may write at a time; the build takes both
 * files away before a module's tests begin.
 *
 * <p>The build folder is the system property {@code swarm4j.build.directory}; without it, as in an
 * IDE, nothing is written.
 */
public final class FeatureReport implements TestExecutionListener {

  private final Path folder;
  private final Map<String, Set<String>> passed = new TreeMap<>();
  private final Map<String, Set<String>> failed = new TreeMap<>();
  private final Set<String> skipped = new TreeSet<>();

  /** A report into the build folder that the system property names. */
  public FeatureReport() {
    this(Path.of(System.getProperty("swarm4j.build.directory", "")));
  }

  FeatureReport(Path folder) {
    this.folder = folder;
  }

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    passed.clear();
    failed.clear();
    skipped.clear();
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    skipped.add(test.getUniqueId() + ": " + reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == Status.ABORTED) {
      String reason = result.getThrowable().map(Throwable::getMessage).orElse("aborted");
      skipped.add(test.getUniqueId() + ": " + reason);
    } else if (test.isTest() && test.getSource().orElse(null) instanceof MethodSource method) {
      String name = method.getJavaClass().getName() + "#" + method.getMethodName();
      var outcomes = result.getStatus() == Status.SUCCESSFUL ? passed : failed;
      for (String id : Features.of(method)) {
        outcomes.computeIfAbsent(id, key -> new TreeSet<>()).add(name);
      }
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (folder.toString().isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>();
    passed.forEach(
        (id, tests) -> {
          // One failed repetition of a parameterized test spoils the whole test.
          tests.removeAll(failed.getOrDefault(id, Set.of()));
          if (!tests.isEmpty()) {
            lines.add(id + "\t" + String.join(" ", tests));
          }
        });
    BuildFile.append(folder.resolve("features.txt"), lines);
    BuildFile.append(folder.resolve("skipped-tests.txt"), skipped);
  }
}
