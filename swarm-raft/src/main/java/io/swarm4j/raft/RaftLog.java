package io.swarm4j.raft;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.State;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.Seal;
import io.swarm4j.time.Chance;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a manager that is one of several: an entry is committed once a majority of them has it
 * on disk, encrypted.
 *
 * <p>Managers are added and removed one at a time, while the group works. All methods may be called
 * from any thread; none but {@link #open} and {@link #close} waits.
 */
public final class RaftLog implements Log {
  private static final Logger LOG = LoggerFactory.getLogger(RaftLog.class);

  private final RaftOptions options;
  private final Seal seal;
  private final Proposals proposals;
  private @Nullable RaftNode node;
  private boolean closed;

  /** Describes the log of a manager; nothing is touched before {@link #open}. */
  public RaftLog(RaftOptions options) {
    this.options = options;
    this.seal = new Seal(options.keys().ring(), Chance.secure(), this::missingKeys);
    this.proposals = new Proposals(this::send, seal, this::standDown);
  }

  /** Identity of this manager. */
  public String id() {
    return options.id();
  }

  /** Identity of the group of managers; a new member needs it. */
  public UUID group() {
    return options.group();
  }

  /**
   * The group that a manager's directory belongs to, if it holds a log: a manager that starts again
   * needs it.
   */
  public static Optional<UUID> groupIn(Path directory) {
    return MemberFile.read(directory).map(MemberFile::group);
  }

  /** The keys that a new member needs. */
  public KeyRing keys() {
    return seal.ring();
  }

  private KeyRing missingKeys() {
    Supplier<KeyRing> source = options.missingKeys();
    KeyRing known = options.keys().ring();
    if (source != null) {
      known = known.and(source.get());
      options.keys().store(known);
    }
    return known;
  }

  /**
   * Adds a data key, which all managers encrypt with from then on. On the leader only.
   *
   * <p>The key travels through the log, under the key before it; a snapshot follows. The older keys
   * are forgotten when no entry is left in the log that needs them.
   *
   * @return completes once the key is in force; fails with {@link UnavailableException} if this
   *     manager does not lead, with {@link ConflictException} if another rotation came first
   */
  public CompletionStage<Void> rotateKeys() {
    KeyRing next = seal.ring().withNewKey(Chance.secure());
    return node()
        .write(KeyRotation.proposal(seal, next))
        .thenAccept(
            accepted -> {
              if (!accepted) {
                throw new ConflictException("the data key was rotated by somebody else meanwhile");
              }
            });
  }

  /**
   * Starts this member: reads what is on disk and takes part. Does not wait for a leader.
   *
   * @throws io.swarm4j.store.CorruptDataException if what is on disk is damaged, naming the file
   */
  @Override
  public void open(Replica replica) {
    RaftNode starting = new RaftNode(options, replica, seal, proposals);
    synchronized (this) {
      node = starting;
    }
    starting.start();
  }

  @Override
  public CompletionStage<Void> propose(LogEntry entry) {
    return proposals.propose(entry);
  }

  private CompletionStage<Boolean> send(Proposal proposal) {
    return node().write(proposal);
  }

  /** Gives up leadership, where there is still any: the store has given up on it. */
  private void standDown() {
    node()
        .transferLeadership(null)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.debug("no leadership to give up: {}", failure.getMessage());
              }
            });
  }

  @Override
  public int fullEntrySize(State head) {
    return Proposals.FULL_CHANGES;
  }

  /**
   * Completes once this member has handed over all that was committed when it was called, which a
   * read needs in order not to miss what others were told of; on any member.
   *
   * @return fails with {@link UnavailableException} if there is no leader to ask
   */
  public CompletionStage<Void> barrier() {
    return node().read();
  }

  /** Who leads, as far as this member knows. */
  public Optional<String> leader() {
    return node().leader();
  }

  /** All members and their standing, as far as this one knows. */
  public List<RaftMember> members() {
    return node().members();
  }

  /**
   * Adds a member, which must be running with the same group and keys and without founders. On the
   * leader only.
   *
   * @return completes once the member has caught up and votes; fails with {@link
   *     UnavailableException} if another change is under way or the member is not in reach
   */
  public CompletionStage<Void> add(String member) {
    return change(present -> MembershipChange.adding(present, member));
  }

  /**
   * Removes a member. On the leader only; when the leader itself is to go, it hands over leadership
   * first.
   *
   * @return fails with {@link ConflictException} if those that are left and reachable would not be
   *     a majority, with the numbers, or if it is the last member; with {@link NotFoundException}
   *     if there is no such member
   */
  public CompletionStage<Void> remove(String member) {
    return change(present -> MembershipChange.removing(present, member));
  }

  private CompletionStage<Void> change(Function<List<RaftMember>, MembershipChange> plan) {
    try {
      return node().change(plan.apply(node().members()));
    } catch (SwarmException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  /**
   * Hands leadership to a member. On the leader only.
   *
   * @return fails with {@link UnavailableException} if the member does not take over in time
   */
  public CompletionStage<Void> transferLeadership(String member) {
    return node().transferLeadership(member);
  }

  private synchronized RaftNode node() {
    if (node == null || closed) {
      throw new UnavailableException(
          "the log of manager " + options.id() + (closed ? " is closed" : " is not open"));
    }
    return node;
  }

  @Override
  public void close() {
    RaftNode open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = node;
    }
    proposals.end("the log of manager " + options.id() + " is closed", null);
    if (open != null) {
      open.close();
    }
  }
}
