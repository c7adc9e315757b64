package io.swarm4j.agent.jvm;

import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.model.NotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The secrets and configs of a task, and who wants to hear of new ones. Thread-safe. */
final class PayloadFiles {
  private static final String SECRETS = "/run/secrets/";

  private final String task;
  private final List<Runnable> hooks = new ArrayList<>();
  private volatile List<TaskFile> files;

  PayloadFiles(TaskContext context) {
    this.task = context.name();
    this.files = context.files();
  }

  byte[] secret(String target) {
    return content(TaskFile.Kind.SECRET, SECRETS, target);
  }

  byte[] config(String target) {
    return content(TaskFile.Kind.CONFIG, "/", target);
  }

  private byte[] content(TaskFile.Kind kind, String folder, String target) {
    for (TaskFile file : files) {
      if (file.kind() == kind
          && absolute(folder, file.target().name()).equals(absolute(folder, target))) {
        return file.content().bytes();
      }
    }
    throw new NotFoundException(
        "task "
            + task
            + " has no "
            + kind.name().toLowerCase(Locale.ROOT)
            + " with target "
            + target);
  }

  private static String absolute(String folder, String name) {
    return name.startsWith("/") ? name : folder + name;
  }

  synchronized void onChange(Runnable hook) {
    hooks.add(hook);
  }

  /**
   * Puts files in the place of those of the same kind and target.
   *
   * @return who wants to hear of it
   */
  synchronized List<Runnable> replace(List<TaskFile> news) {
    List<TaskFile> all = new ArrayList<>(news);
    for (TaskFile old : files) {
      if (news.stream().noneMatch(file -> file.isInPlaceOf(old))) {
        all.add(old);
      }
    }
    files = List.copyOf(all);
    return List.copyOf(hooks);
  }
}
