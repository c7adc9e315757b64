package io.swarm4j.process;

import io.swarm4j.agent.TaskFailure;
import io.swarm4j.agent.TerminalSize;
import io.swarm4j.model.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives a command a terminal of its own, which the JDK cannot: by the {@code script} of util-linux.
 * All methods block.
 */
final class PseudoTerminal {
  /** From there on it can be told to echo what is typed, though its own input is a pipe. */
  private static final int OLDEST_MINOR = 35;

  private static final Pattern VERSION = Pattern.compile("util-linux (\\d+)\\.(\\d+)");
  private static final TerminalSize USUAL = new TerminalSize(80, 24);
  private static final long TOOL_SECONDS = 10;
  private static final Path SLAVES = Path.of("/dev/pts");

  private final Path script;

  private PseudoTerminal(Path script) {
    this.script = script;
  }

  /**
   * Looks for the means.
   *
   * @throws TaskFailure if this machine has none
   */
  static PseudoTerminal ofThisMachine() throws IOException, InterruptedException {
    for (String folder : List.of("/usr/bin", "/bin", "/usr/local/bin")) {
      Path file = Path.of(folder, "script");
      if (Files.isExecutable(file) && isFit(output(file.toString(), "--version"))) {
        return new PseudoTerminal(file);
      }
    }
    String text =
        "a terminal needs the command script of util-linux 2."
            + OLDEST_MINOR
            + " or later, which this machine does not have: install it, or ask for no terminal";
    throw new TaskFailure(new Reason.StartFailed(text), text);
  }

  /** Whether {@code script} is one that says this of its version. */
  static boolean isFit(String version) {
    Matcher found = VERSION.matcher(version);
    return found.find()
        && (Integer.parseInt(found.group(1)) > 2
            || Integer.parseInt(found.group(2)) >= OLDEST_MINOR);
  }

  /** The command on a terminal; its exit code is that of what is wrapped. */
  List<String> wrap(List<String> command, @Nullable TerminalSize size) {
    TerminalSize first = size == null ? USUAL : size;
    String line =
        command.stream()
            .map(PseudoTerminal::quoted)
            .collect(
                Collectors.joining(
                    " ", "stty rows " + first.rows() + " cols " + first.columns() + "; exec ", ""));
    return List.of(
        script.toString(), "--quiet", "--return", "--echo", "always", "-c", line, "/dev/null");
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  /**
   * Tells the terminal its size, and with it the command.
   *
   * @param wrapped what was started by {@link #wrap}
   * @return false if the terminal is not there yet
   */
  static boolean resize(Process wrapped, TerminalSize size)
      throws IOException, InterruptedException {
    Optional<Path> slave =
        wrapped.children().map(PseudoTerminal::input).flatMap(Optional::stream).findFirst();
    if (slave.isEmpty()) {
      return false;
    }
    output(
        "stty",
        "-F",
        slave.get().toString(),
        "rows",
        String.valueOf(size.rows()),
        "cols",
        String.valueOf(size.columns()));
    return true;
  }

  private static Optional<Path> input(ProcessHandle process) {
    try {
      Path file = Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/fd/0"));
      return Optional.of(file).filter(path -> path.startsWith(SLAVES));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      tool.getOutputStream().close();
      String text = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return tool.waitFor(TOOL_SECONDS, TimeUnit.SECONDS) ? text : "";
    } finally {
      tool.destroyForcibly();
    }
  }
}
