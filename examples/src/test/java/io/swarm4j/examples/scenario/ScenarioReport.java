package io.swarm4j.examples.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.testing.BuildFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes {@code scenarios.txt} and {@code scenarios.html} into the build folder whenever a plan of
 * tests ends: each acceptance scenario, and each row of the feature table, with pass, fail, or why
 * it was not tried here. Rows count as passed by the tests of the modules that were built before,
 * too. Several JVMs may run the tests of one build: what they found is in {@code
 * scenario-results.txt}, which the build takes away before the first of them.
 */
public final class ScenarioReport implements TestExecutionListener {
  private final Path folder = Path.of(System.getProperty("swarm4j.build.directory", ""));
  private final List<String> found = new ArrayList<>();
  private final Map<String, String> notes = new TreeMap<>();

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (!(test.getSource().orElse(null) instanceof MethodSource source)) {
      return;
    }
    Method method = source.getJavaMethod();
    Scenario scenario = method.getAnnotation(Scenario.class);
    if (scenario == null) {
      return;
    }
    String outcome =
        switch (result.getStatus()) {
          case SUCCESSFUL -> "pass";
          case FAILED -> "FAIL: " + result.getThrowable().map(Throwable::toString).orElse("");
          case ABORTED ->
              "not tried: " + result.getThrowable().map(Throwable::getMessage).orElse("");
        };
    for (String id : scenario.value()) {
      found.add(
          String.join(
              "\t", id, test.getUniqueId(), outcome.replaceAll("\\s+", " "), scenario.note()));
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (found.isEmpty() || folder.toString().isEmpty()) {
      return;
    }
    Path all = folder.resolve("scenario-results.txt");
    BuildFile.append(all, found);
    found.clear();
    BuildFile.replace(folder.resolve("scenarios.txt"), () -> report(results(all)));
  }

  /** The outcome per scenario: the worst of its tests, the last where a test was tried again. */
  private Map<String, String> results(Path file) {
    Map<String, Map<String, String>> tests = new TreeMap<>();
    for (String line : lines(file)) {
      String[] cells = line.split("\t", -1);
      tests.computeIfAbsent(cells[0], id -> new LinkedHashMap<>()).put(cells[1], cells[2]);
      if (!cells[3].isEmpty()) {
        notes.put(cells[0], cells[3]);
      }
    }
    Map<String, String> results = new TreeMap<>();
    tests.forEach(
        (id, outcomes) ->
            results.put(
                id,
                outcomes.values().stream()
                    .filter(outcome -> !outcome.equals("pass"))
                    .findFirst()
                    .orElse("pass")));
    return results;
  }

  private String report(Map<String, String> results) {
    List<String[]> rows = new ArrayList<>();
    Map<String, String> proven = proven();
    for (String[] scenario : table("scenarios.tsv")) {
      String reason = scenario.length > 2 ? scenario[2] : "no test yet";
      String outcome = results.getOrDefault(scenario[0], "not here: " + reason);
      String by = proven.get(scenario[0]);
      String elsewhere = by == null ? "" : "; without the CLI: pass: " + by;
      rows.add(new String[] {scenario[0], scenario[1], outcome + note(scenario[0]) + elsewhere});
    }
    for (String[] feature : table("features.tsv")) {
      String by = proven.get(feature[0]);
      String reason = feature.length > 2 ? "not here: " + feature[2] : "no test names it";
      rows.add(new String[] {feature[0], feature[1], by == null ? reason : "pass: " + by});
    }
    return write(rows);
  }

  private String note(String id) {
    return notes.containsKey(id) ? " (" + notes.get(id) + ")" : "";
  }

  private static List<String[]> table(String name) {
    try (InputStream in = ScenarioReport.class.getResourceAsStream("/scenario/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      return new String(in.readAllBytes(), UTF_8).lines().map(line -> line.split("\t")).toList();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** The rows that passed tests cover, of this module and of its siblings. */
  private Map<String, String> proven() {
    Map<String, String> proven = new LinkedHashMap<>();
    String below = folder.getFileName().toString().equals("quick") ? "target/quick" : "target";
    Path root = Path.of("..").toAbsolutePath().normalize();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.sorted().toList()) {
        Path file = module.resolve(below).resolve("features.txt");
        if (Files.exists(file)) {
          for (String line : lines(file)) {
            String[] cells = line.split("\t");
            proven.putIfAbsent(cells[0], module.getFileName() + ": " + cells[1]);
          }
        }
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return proven;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Writes the page, and returns the text. */
  private String write(List<String[]> rows) {
    StringBuilder text = new StringBuilder();
    StringBuilder html =
        new StringBuilder(
            "<!DOCTYPE html><meta charset=utf-8><title>Scenarios</title><style>body{font:15px"
                + " sans-serif}td{padding:.2em .8em;border-bottom:1px solid"
                + " #ccc;vertical-align:top}.FAIL{color:#c00}.pass{color:#070}</style>"
                + "<h1>Scenarios and features</h1><table>\n");
    for (String[] row : rows) {
      text.append(String.join("\t", row)).append('\n');
      String kind = row[2].startsWith("pass") ? "pass" : row[2].startsWith("FAIL") ? "FAIL" : "";
      html.append("<tr class='").append(kind).append("'>");
      for (String cell : row) {
        html.append("<td>").append(escape(cell)).append("</td>");
      }
      html.append("</tr>\n");
    }
    try {
      Files.writeString(folder.resolve("scenarios.html"), html.append("</table>\n"));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return text.toString();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
