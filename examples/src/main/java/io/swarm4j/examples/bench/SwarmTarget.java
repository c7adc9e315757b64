package io.swarm4j.examples.bench;

import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigId;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Payload;
import io.swarm4j.raft.JvmNetwork;
import io.swarm4j.raft.RaftLog;
import io.swarm4j.raft.RaftOptionsBuilder;
import io.swarm4j.raft.RaftTiming;
import io.swarm4j.raft.RaftTransport;
import io.swarm4j.store.Store;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.View;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.RealTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The stores of three managers in this JVM, each with a loop and a directory of its own. */
final class SwarmTarget implements CommitTarget {
  private final BenchFolder folder;
  private final List<Loop> loops = new ArrayList<>();
  private final List<Store> stores = new ArrayList<>();
  private final CompletableFuture<Integer> leader = new CompletableFuture<>();

  private SwarmTarget(BenchFolder folder) {
    this.folder = folder;
  }

  static SwarmTarget start() {
    SwarmTarget target = new SwarmTarget(BenchFolder.make());
    UUID group = UUID.randomUUID();
    KeyRing keys = KeyRing.create(Chance.secure());
    JvmNetwork network = new JvmNetwork();
    RealTime time = new RealTime();
    List<String> ids = List.of("m1", "m2", "m3");
    for (String id : ids) {
      Path own = target.folder.path().resolve(id);
      target.add(
          ids.indexOf(id),
          time.newLoop(id),
          new RaftLog(
              RaftOptionsBuilder.builder()
                  .id(id)
                  .group(group)
                  .directory(own)
                  .founders(ids)
                  .transport(new RaftTransport.InJvm(network))
                  .timing(RaftTiming.LAN)
                  .keys(KeyVault.create(own, keys))
                  .time(time)
                  .build()));
    }
    target.stores.forEach(Store::open);
    target.leader.join();
    return target;
  }

  /** The store of one manager. */
  static SwarmTarget single(RaftLog log) {
    SwarmTarget target = new SwarmTarget(BenchFolder.make());
    target.add(0, new RealTime().newLoop("m1"), log);
    target.stores.forEach(Store::open);
    target.leader.join();
    return target;
  }

  /** What the first manager has. */
  View view() {
    return stores.get(0).view();
  }

  private void add(int index, Loop loop, RaftLog log) {
    Store store = new Store(loop, log);
    store.onLeadership(
        new Store.Leadership() {
          @Override
          public void gained() {
            leader.complete(index);
          }

          @Override
          public void lost() {
            // the run fails with its next write
          }
        });
    loops.add(loop);
    stores.add(store);
  }

  @Override
  public CompletionStage<?> put(int key, byte[] value) {
    int index = leader.join();
    Store store = stores.get(index);
    ConfigSpec spec = new ConfigSpec("c" + key, Map.of(), new Payload(value), false);
    Config config = new Config(new ConfigId(1, key), Meta.NEW, spec, 1);
    CompletableFuture<Void> done = new CompletableFuture<>();
    loops
        .get(index)
        .execute(
            () -> {
              StoreTransaction tx = store.begin();
              tx.put(config);
              store
                  .commit(tx)
                  .whenComplete(
                      (ok, failed) -> {
                        if (failed == null) {
                          done.complete(null);
                        } else {
                          done.completeExceptionally(failed);
                        }
                      });
            });
    return done;
  }

  @Override
  public void close() {
    stores.forEach(Store::close);
    loops.forEach(Loop::close);
    folder.close();
  }
}
