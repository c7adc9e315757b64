package io.swarm4j.docker;

import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem.ProgressDetail;
import io.swarm4j.model.Reason;
import io.swarm4j.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Follows one pull: how much of the image is there, and what went wrong. */
final class PullProgress extends EngineStream<PullResponseItem> {
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final double MEGABYTE = 1e6;

  private final String image;
  private final Time time;
  private final Consumer<Reason> progress;
  private final Map<String, ProgressDetail> layers = new TreeMap<>();
  private Instant next = Instant.MIN;
  private volatile @Nullable String failure;

  PullProgress(String image, Time time, Consumer<Reason> progress) {
    this.image = image;
    this.time = time;
    this.progress = progress;
  }

  @Override
  public void onNext(PullResponseItem item) {
    if (item.isErrorIndicated()) {
      failure =
          item.getErrorDetail() == null ? item.getError() : item.getErrorDetail().getMessage();
      return;
    }
    ProgressDetail detail = item.getProgressDetail();
    if (item.getId() == null || detail == null || detail.getTotal() == null) {
      return;
    }
    layers.put(item.getId(), detail);
    Instant now = time.now();
    if (!now.isBefore(next)) {
      next = now.plus(PERIOD);
      progress.accept(new Reason.Image(image, text()));
    }
  }

  private String text() {
    return String.format(
        Locale.ROOT,
        "pulling: %.1f of %.1f MB of %d layers",
        sum(true) / MEGABYTE,
        sum(false) / MEGABYTE,
        layers.size());
  }

  private long sum(boolean present) {
    return layers.values().stream()
        .map(layer -> present ? layer.getCurrent() : layer.getTotal())
        .mapToLong(bytes -> bytes == null ? 0 : bytes)
        .sum();
  }

  /** What the registry said went wrong, once the stream has ended. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }
}
