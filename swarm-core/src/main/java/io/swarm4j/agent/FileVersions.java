package io.swarm4j.agent;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.PayloadVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/** Which versions of secrets and configs a running task has, and which of them it shall have. */
final class FileVersions {
  private static final String HANG_UP = "HUP";

  private FileVersions() {}

  /** The versions that files are, each once. */
  static List<PayloadVersion> of(List<TaskFile> files) {
    return files.stream().map(TaskFile::source).filter(Objects::nonNull).distinct().toList();
  }

  /** Files that are to be replaced while the task runs. */
  static List<TaskFile> outdated(List<TaskFile> wanted, List<PayloadVersion> inPlace) {
    return wanted.stream()
        .filter(
            file ->
                file.onChange().reachesRunningTasks()
                    && file.source() != null
                    && !inPlace.contains(file.source()))
        .toList();
  }

  /** The versions in place once {@code news} have taken the place of others. */
  static List<PayloadVersion> after(List<PayloadVersion> inPlace, List<TaskFile> news) {
    List<PayloadVersion> fresh = of(news);
    List<PayloadVersion> all = new ArrayList<>(fresh);
    for (PayloadVersion old : inPlace) {
      if (fresh.stream().noneMatch(old::isVersionOf)) {
        all.add(old);
      }
    }
    return all;
  }

  /** Replaces files, and tells the task where that is wanted. */
  static CompletionStage<Void> replace(Container container, List<TaskFile> news) {
    boolean signal = news.stream().anyMatch(file -> file.onChange() == ChangePolicy.SIGNAL);
    CompletionStage<Void> replaced = container.replaceFiles(news);
    return signal ? replaced.thenCompose(done -> container.signal(HANG_UP)) : replaced;
  }
}
