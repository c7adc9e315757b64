package io.swarm4j.examples;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line that starts every example: {@code examples/run <command> [args]}. */
@Command(
    name = "examples/run",
    description = "Runs the examples of Swarm4J.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "<command>",
    subcommands = CommandLine.HelpCommand.class)
public final class Main implements Runnable {

  private final CommandLine commandLine = new CommandLine(this);

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
