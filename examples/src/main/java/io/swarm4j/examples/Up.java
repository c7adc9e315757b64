package io.swarm4j.examples;

import io.swarm4j.compose.ComposeFile;
import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.compose.Stack;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deploys any compose file whose images are sample applications. */
@Command(
    name = "up",
    description =
        "Starts a swarm in this JVM, deploys a compose file, and shows both until Ctrl-C.")
final class Up implements Callable<Integer> {

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "Compose file; images are sample applications. Without it the swarm is empty.")
  private @Nullable Path file;

  @Option(
      names = "--stack",
      paramLabel = "NAME",
      description = "Name of the stack (default: that of the file).")
  private @Nullable String stack;

  @Mixin private final SwarmOptions options = new SwarmOptions();

  @Override
  public Integer call() throws Exception {
    String name = stack != null ? stack : file == null ? "swarm" : nameOf(file);
    Stack read = file == null ? null : read(file, name);
    TestBed bed = options.bed();
    return new Showcase(System.out, options.apis(), bed)
        .run(options.builder(name, bed), read, List.of("/"));
  }

  /** The stack of a file; its variables are those of this process. */
  static Stack read(Path file, String name) {
    return ComposeFile.read(
        file, ComposeOptions.builder(name).environment(System.getenv()).build());
  }

  private static String nameOf(Path file) {
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
  }
}
