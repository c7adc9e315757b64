package io.swarm4j.examples;

import io.swarm4j.Swarm;
import io.swarm4j.compose.Stack;
import io.swarm4j.examples.check.CompanyCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The first thing to run: two tiers on a swarm of three nodes, in one JVM. */
@Command(
    name = "quickstart",
    description = "Runs two tiers on a swarm in this JVM: shows it until Ctrl-C, or checks it.")
final class Quickstart implements Callable<Integer> {

  private static final List<String> PAGES = List.of("/balance/1", "/inspect");

  @Option(
      names = "--check",
      description = "Tries everything out, prints a line for each check, and ends with 0 or 1.")
  private boolean check;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Compose file (default: company.yml, which comes along).")
  private @Nullable Path file;

  @Option(
      names = "--stack",
      paramLabel = "NAME",
      defaultValue = "company",
      description = "Name of the stack (default: ${DEFAULT-VALUE}).")
  private String stack = "";

  @Mixin private final SwarmOptions options = new SwarmOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Stack read = Up.read(file != null ? file : ExamplesHome.stack("company.yml"), stack);
    if (check && options.workers() < 2) {
      throw new ParameterException(
          java.util.Objects.requireNonNull(spec).commandLine(),
          "--check drains one worker and halts another: it needs --workers 2 or more");
    }
    TestBed bed = options.bed();
    try (DataFolder folder = DataFolder.of(options)) {
      Swarm.Builder swarm = folder.applyTo(options.builder("quickstart", bed));
      if (!check) {
        return new Showcase(System.out, options.apis(), bed).run(swarm, read, PAGES);
      }
      return CompanyCheck.run(swarm, options.heartbeat(), read, System.out) ? 0 : 1;
    } finally {
      if (check && bed != null) {
        bed.close();
      }
    }
  }
}
