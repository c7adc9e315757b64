package io.swarm4j.examples;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line that starts every example: {@code examples/run <command> [args]}. */
@Command(
    name = "examples/run",
    description = "Runs the examples of Swarm4J.",
    synopsisSubcommandLabel = "<command>",
    subcommands = CommandLine.HelpCommand.class)
public final class Main implements Runnable {

  private final CommandLine commandLine = new CommandLine(this);

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  private Main() {}

  public static void main(String[] args) {
    System.exit(new Main().commandLine.execute(args));
  }

  /** Without a command there is nothing to run: prints the usage. */
  @Override
  public void run() {
    commandLine.usage(commandLine.getOut());
  }
}
