package io.swarm4j.process;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.PayloadReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the probes of a process for which this machine has no command, before the task starts.
 *
 * <p>Of a shell's line only the first command is looked at. Nothing is said of what the task may
 * bring along: a path relative to its working directory, a secret or config, a search path that is
 * made from a template.
 */
final class ProbeFaults {
  /** A line that begins with a plain word, which is neither an assignment nor a function. */
  private static final Pattern FIRST_WORD =
      Pattern.compile("\\s*(?<word>[\\w./+-]+)(?:[\\s;&|<>].*)?", Pattern.DOTALL);

  /** What a POSIX shell does itself, or reads as the begin of something longer. */
  private static final Set<String> SHELL_WORDS =
      Set.of(
          ("alias bg break case cd command continue echo eval exec exit export false fg for getopts"
                  + " hash if jobs kill local printf pwd read readonly return set shift test times"
                  + " trap true type ulimit umask unalias unset until wait while . !")
              .split(" "));

  private static final Path ROOT = Path.of("/");

  private final ContainerSpec spec;
  private final Set<String> callbacks;
  private final String path;
  private final List<Fault> faults = new ArrayList<>();

  /**
   * Of one container.
   *
   * @param imageEnv the variables of its image
   * @param callbacks the checks that its tasks can name
   */
  ProbeFaults(ContainerSpec spec, Map<String, String> imageEnv, Set<String> callbacks) {
    this.spec = spec;
    this.callbacks = callbacks;
    this.path = spec.env().getOrDefault("PATH", imageEnv.getOrDefault("PATH", Executables.PATH));
  }

  List<Fault> faults() {
    spec.probesByPath().forEach(this::check);
    return faults;
  }

  private void check(String where, Probe probe) {
    if (probe instanceof Probe.Exec exec) {
      command(where, exec.command().get(0));
    } else if (probe instanceof Probe.Shell shell) {
      Matcher line = FIRST_WORD.matcher(shell.line());
      if (line.matches() && !SHELL_WORDS.contains(line.group("word"))) {
        command(where, line.group("word"));
      }
    } else if (probe instanceof Probe.Callback callback && !callbacks.contains(callback.name())) {
      add(
          where + ".name",
          callback.name(),
          "a check that the node's runtime has (it has " + new TreeSet<>(callbacks) + ")");
    }
  }

  private void command(String where, String name) {
    if (!mayComeWithTheTask(name) && Executables.find(name, ROOT, path).isEmpty()) {
      add(
          where + ".command",
          name,
          name.contains("/")
              ? "an executable file of the node; make it before the service"
              : "a command of the node; install it, or give its path (PATH is " + path + ")");
    }
  }

  private boolean mayComeWithTheTask(String name) {
    boolean relative = name.contains("/") && !name.startsWith("/");
    return relative
        || path.contains("{{")
        || spec.payloads().stream().map(PayloadReference::path).anyMatch(name::equals);
  }

  private void add(String where, String value, String accepted) {
    faults.add(new Fault(Fault.Code.UNKNOWN_REFERENCE, where, value, accepted));
  }
}
