package io.swarm4j.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Change;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.View;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.time.RealTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class DurableLogTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path directory;

  @Test
  void whatWasCommittedIsThereAfterARestart() throws Exception {
    Copy first = new Copy();
    try (DurableLog log = open(first)) {
      for (int i = 1; i <= 20; i++) {
        first.write(log, "s" + i);
      }
    }

    Copy second = new Copy();
    try (DurableLog log = open(second)) {
      assertThat(second.state.revision()).isEqualTo(20);
      assertThat(names(second.state)).isEqualTo(names(first.state)).hasSize(20);
      assertThat(second.term).isGreaterThan(first.term);
      second.write(log, "later");
    }
    Copy third = new Copy();
    try (DurableLog log = open(third)) {
      assertThat(third.state.serviceNamed("later")).isNotNull();
      assertThat(log.fullEntrySize(third.state)).isPositive();
    }
  }

  @Test
  void snapshotsReplaceTheEntriesThatTheyCover() throws Exception {
    Copy first = new Copy();
    try (DurableLog log =
        new DurableLog(directory, OpenOptions.defaults(), null, new RealTime(), 2_000)) {
      log.open(first);
      for (int i = 1; i <= 200; i++) {
        first.write(log, "s" + i);
      }
    }

    assertThat(files()).anyMatch(name -> name.endsWith(".snap"));
    Copy second = new Copy();
    try (DurableLog log = open(second)) {
      assertThat(names(second.state)).hasSize(200).isEqualTo(names(first.state));
      assertThat(second.replayed).as("entries after the snapshot").isLessThan(200);
    }
  }

  @Test
  void aFlippedByteRefusesTheStartAndSaysWhatToDo() throws Exception {
    Copy first = new Copy();
    try (DurableLog log = open(first)) {
      for (int i = 1; i <= 5; i++) {
        first.write(log, "s" + i);
      }
    }
    Path segment;
    try (Stream<Path> all = Files.list(directory)) {
      segment = all.filter(file -> file.toString().endsWith(".log")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    bytes[120] ^= 1;
    Files.write(segment, bytes);

    assertThatThrownBy(() -> open(new Copy()))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(segment.getFileName().toString())
        .hasMessageContaining("salvage");
  }

  @Test
  void noFileHoldsWhatWasWrittenInClearAlsoWhenTheKeyIsRotated() throws Exception {
    Copy first = new Copy();
    try (DurableLog log =
        new DurableLog(directory, OpenOptions.defaults(), null, new RealTime(), 2_000)) {
      log.open(first);
      for (int i = 1; i <= 50; i++) {
        first.write(log, "before-it-confidential-" + i);
      }
      log.rotateKeys();
      for (int i = 1; i <= 50; i++) {
        first.write(log, "after-it-confidential-" + i);
      }
    }

    assertThat(KeyVault.open(directory, null).ring().newest()).isEqualTo(2);
    for (String name : files()) {
      byte[] content = Files.readAllBytes(directory.resolve(name));
      assertThat(new String(content, StandardCharsets.ISO_8859_1))
          .as(name)
          .doesNotContain("confidential");
    }
    Copy second = new Copy();
    try (DurableLog log = open(second)) {
      assertThat(names(second.state)).hasSize(100).isEqualTo(names(first.state));
      assertThat(log).isNotNull();
    }
  }

  @Test
  void aDirectoryServesOneLogAtATime() {
    Copy first = new Copy();
    try (DurableLog log = open(first)) {
      assertThatThrownBy(() -> open(new Copy()))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining(directory.toString());
      assertThat(log).isNotNull();
    }
  }

  private DurableLog open(Log.Replica replica) {
    DurableLog log = new DurableLog(directory, OpenOptions.defaults(), null, new RealTime());
    log.open(replica);
    return log;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static List<String> names(View view) {
    return view.services().stream().map(Service::name).sorted(Comparator.naturalOrder()).toList();
  }

  /** A replica that applies entries as they come, on whichever thread. */
  private static final class Copy implements Log.Replica {
    private volatile View state = View.EMPTY;
    private volatile long term;
    private volatile int replayed;

    /** Commits one more service and waits for it. */
    void write(DurableLog log, String name) throws Exception {
      StoreTransaction tx = new StoreTransaction(state, NOW, 100);
      Service service =
          tx.put(Service.create(new ServiceId(name.hashCode(), 7), ServiceSpec.of(name, "image")));
      List<Change> changes = new ArrayList<>(tx.netChanges());
      assertThat(changes).hasSize(1);
      log.propose(new LogEntry(term, tx.revision(), NOW, List.of(service), List.of()))
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
    }

    @Override
    public void restore(View restored) {
      state = restored;
    }

    @Override
    public void committed(LogEntry entry) {
      StoreTransaction tx = new StoreTransaction(state, entry.at(), Integer.MAX_VALUE);
      entry.puts().forEach(tx::put);
      state = tx.result();
      replayed++;
    }

    @Override
    public void termBegan(long newTerm) {}

    @Override
    public void leadershipGained(long newTerm) {
      term = newTerm;
    }

    @Override
    public void leadershipLost() {}

    @Override
    public View state() {
      return state;
    }
  }
}
