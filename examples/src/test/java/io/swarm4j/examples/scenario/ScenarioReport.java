package io.swarm4j.examples.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;

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
 * Writes {@code scenarios.txt} and {@code scenarios.html} into the build folder: each acceptance
 * scenario, and each row of the feature table, with pass, fail, or why it was not tried here. Rows
 * count as passed by the tests of the modules that were built before, too.
 */
public final class ScenarioReport implements TestExecutionListener {
  private final Path folder = Path.of(System.getProperty("swarm4j.build.directory", ""));
  private final Map<String, String> results = new TreeMap<>();
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
      results.merge(id, outcome, (a, b) -> a.equals("pass") ? b : a);
      if (!scenario.note().isEmpty()) {
        notes.put(id, scenario.note());
      }
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (results.isEmpty() || folder.toString().isEmpty()) {
      return;
    }
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
    write(rows);
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
          Files.readAllLines(file).stream()
              .map(line -> line.split("\t", 2))
              .filter(cells -> cells.length == 2)
              .forEach(
                  cells -> proven.putIfAbsent(cells[0], module.getFileName() + ": " + cells[1]));
        }
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return proven;
  }

  private void write(List<String[]> rows) {
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
      Files.writeString(folder.resolve("scenarios.txt"), text);
      Files.writeString(folder.resolve("scenarios.html"), html.append("</table>\n"));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
