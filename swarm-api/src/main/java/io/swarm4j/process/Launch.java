package io.swarm4j.process;

import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.TaskAddresses;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.process.ProcFs.MarkedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How processes of one task are started: environment, working directory, session and control group.
 * Blocks; immutable.
 */
final class Launch {
  private static final String SECRETS = "/run/secrets/";
  private static final Path NULL_DEVICE = Path.of("/dev/null");

  private final TaskContext context;
  private final ProcessImages.Entry image;
  private final TaskFolder folder;
  private final Optional<TaskCgroup> cgroup;
  private final boolean setsid;
  private final Map<String, String> env;

  Launch(
      TaskContext context,
      ProcessImages.Entry image,
      TaskFolder folder,
      Optional<TaskCgroup> cgroup,
      boolean setsid,
      String mark) {
    this.context = context;
    this.image = image;
    this.folder = folder;
    this.cgroup = cgroup;
    this.setsid = setsid;
    this.env = environment(mark);
  }

  private ContainerSpec spec() {
    return context.service().task().container();
  }

  private Map<String, String> environment(String mark) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("PATH", Executables.PATH);
    all.put("HOME", workingDir().toString());
    all.put("HOSTNAME", context.hostname());
    image.env().forEach((name, value) -> all.put(name, mapped(value)));
    context.env().forEach((name, value) -> all.put(name, mapped(value)));
    List<String> addresses =
        TaskAddresses.of(context).stream().map(InetAddress::getHostAddress).toList();
    all.put("SWARM_TASK_ADDRESS", addresses.get(0));
    all.put("SWARM_TASK_ADDRESSES", String.join(" ", addresses));
    all.put("SWARM_TASK_ID", context.task().id().toString());
    all.put("SWARM_TASK_NAME", context.name());
    all.put("SWARM_TASK_SLOT", context.task().slot().toString());
    all.put("SWARM_NODE_ADDRESS", context.nodeAddress());
    all.put("SWARM_SECRETS_DIR", folder.secrets().toString());
    all.put("SWARM_CONFIGS_DIR", folder.configs().toString());
    all.put(MarkedProcess.VARIABLE, mark);
    return all;
  }

  private String mapped(String text) {
    return text.replace(SECRETS, folder.secrets() + "/");
  }

  private Path workingDir() {
    String wanted = spec().workingDir() != null ? spec().workingDir() : image.workingDir();
    return wanted == null ? folder.work() : folder.work().resolve(wanted);
  }

  /** The command of the task: the service's words where it has some, else the image's. */
  List<String> command() {
    List<String> words = new ArrayList<>();
    boolean replaced = !spec().command().isEmpty();
    words.addAll(replaced ? spec().command() : image.command());
    words.addAll(!spec().args().isEmpty() || replaced ? spec().args() : image.args());
    if (words.isEmpty()) {
      throw failed("image " + spec().image() + " takes its command from the service: give one");
    }
    return words.stream().map(this::mapped).toList();
  }

  /**
   * Starts the task itself.
   *
   * @throws TaskFailure if it cannot be started, with the command in its text
   */
  Process start() {
    List<String> command = command();
    Path dir = workingDir();
    if (!Files.isDirectory(dir) && dir.startsWith(folder.work())) {
      createDirectory(dir);
    }
    if (!Files.isDirectory(dir)) {
      throw failed("working directory " + dir + " of " + context.name() + " does not exist");
    }
    if (find(command.get(0)).isEmpty()) {
      throw failed("no such command: " + command.get(0) + " (PATH is " + env.get("PATH") + ")");
    }
    try {
      ProcessBuilder builder = builder(command);
      return spec().openStdin()
          ? builder.start()
          : builder.redirectInput(NULL_DEVICE.toFile()).start();
    } catch (IOException failure) {
      throw new TaskFailure(
          new Reason.StartFailed(command.get(0) + ": " + failure.getMessage()),
          "command " + command.get(0) + " cannot be started: " + failure.getMessage(),
          failure);
    }
  }

  private void createDirectory(Path dir) {
    try {
      Files.createDirectories(dir);
    } catch (IOException failure) {
      throw failed("working directory " + dir + " cannot be made: " + failure.getMessage());
    }
  }

  /**
   * A further command of the task, with its own session; its streams are pipes.
   *
   * @param terminal what it runs on, if the spec asks for one
   */
  Optional<ProcessBuilder> beside(ExecSpec spec, @Nullable PseudoTerminal terminal) {
    List<String> words = spec.command().stream().map(this::mapped).toList();
    if (find(words.get(0)).isEmpty()) {
      return Optional.empty();
    }
    ProcessBuilder builder = builder(terminal == null ? words : terminal.wrap(words, spec.size()));
    if (terminal != null) {
      builder.environment().putIfAbsent("TERM", "xterm");
    }
    spec.env().forEach((name, value) -> builder.environment().put(name, mapped(value)));
    if (spec.workingDir() != null) {
      builder.directory(workingDir().resolve(spec.workingDir()).toFile());
    }
    return Optional.of(builder);
  }

  private ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(wrapped(command)).directory(workingDir().toFile());
    builder.environment().clear();
    builder.environment().putAll(env);
    return builder;
  }

  private List<String> wrapped(List<String> command) {
    List<String> words = new ArrayList<>();
    if (setsid) {
      words.add("setsid");
    }
    List<Path> entrances = cgroup.map(TaskCgroup::entrances).orElse(List.of());
    if (!entrances.isEmpty()) {
      String join = "echo $$ >\"$1\" || exit 125; shift; ".repeat(entrances.size());
      words.addAll(List.of("sh", "-c", join + "exec \"$@\"", "sh"));
      entrances.forEach(entrance -> words.add(entrance.toString()));
    }
    words.addAll(command);
    return words;
  }

  /** The executable behind a command name, as the task would find it. */
  private Optional<Path> find(String name) {
    return Executables.find(name, workingDir(), String.valueOf(env.get("PATH")));
  }

  private static TaskFailure failed(String text) {
    return new TaskFailure(new Reason.StartFailed(text), text);
  }
}
