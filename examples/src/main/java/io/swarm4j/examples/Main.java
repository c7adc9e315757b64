package io.swarm4j.examples;

import io.swarm4j.examples.bench.BenchCommand;
import io.swarm4j.model.SwarmException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line that starts every example: {@code examples/run <command> [args]}. */
@Command(
    name = "examples/run",
    description = "Runs the examples of Swarm4J.",
    synopsisSubcommandLabel = "<command>",
    subcommands = {
      Quickstart.class,
      Up.class,
      NodeCommand.class,
      BenchCommand.class,
      Simulate.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Runnable {

  private final CommandLine commandLine = new CommandLine(this);

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  private Main() {
    commandLine.setExecutionExceptionHandler(Main::failed);
  }

  /** What the engine refuses is the user's to mend, and needs no stack trace. */
  private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (!(failure instanceof SwarmException)) {
      throw failure;
    }
    command.getErr().println(failure.getMessage());
    return CommandLine.ExitCode.SOFTWARE;
  }

  public static void main(String[] args) {
    System.exit(new Main().commandLine.execute(args));
  }

  /** Without a command there is nothing to run: prints the usage. */
  @Override
  public void run() {
    commandLine.usage(commandLine.getOut());
  }
}
