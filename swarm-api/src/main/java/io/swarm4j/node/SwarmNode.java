package io.swarm4j.node;

import io.swarm4j.Swarm;
import io.swarm4j.internal.Host;
import io.swarm4j.internal.ProcessHost;
import io.swarm4j.model.Check;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeDirectory.Memory;
import io.swarm4j.security.JoinToken;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.store.seal.LockedException;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as a node: it begins a swarm or joins one, and is a member from then on, over
 * restarts, until it leaves.
 *
 * <pre>{@code
 * try (SwarmNode node = SwarmNode.builder(Path.of("data")).start()) {
 *   if (!node.isMember()) {
 *     node.init();
 *   }
 *   node.swarm().services().create(ServiceSpec.of("web", "hello"));
 * }
 * }</pre>
 *
 * <p>On a manager the typed APIs read its own copy of the state, which is never older than what it
 * has written itself, and writes go to the leader, whichever manager that is. On a worker they are
 * refused. Thread-safe. A node is a guest in its JVM: it installs no hooks, its threads are named
 * daemons, and {@link #close()} leaves nothing behind but its data directory.
 */
public final class SwarmNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SwarmNode.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final NodeSettings told;
  private final NodeDirectory directory;
  private volatile NodeSettings settings;
  private volatile @Nullable MemberNode member;
  private boolean closed;

  SwarmNode(NodeSettings settings, NodeDirectory directory) {
    this.told = settings;
    this.settings = settings;
    this.directory = directory;
  }

  /**
   * Starts to describe a node.
   *
   * @param dataDirectory what it keeps; of this process alone while the node is open
   */
  public static SwarmNodeBuilder builder(Path dataDirectory) {
    return new SwarmNodeBuilder(dataDirectory);
  }

  /** Goes on as the member that the data directory says this node is, if any. */
  void resume() {
    Memory memory = directory.memory();
    if (memory == null) {
      return;
    }
    if (isLocked()) {
      LOG.warn("this manager is locked: it goes on when it is given the swarm's unlock key");
      return;
    }
    settings = told.with(directory.places(told.places()), told.cluster());
    OwnCredentials own = new OwnCredentials(directory, directory.credentials());
    MemberNode resumed = new MemberNode(settings, directory, own, memory);
    begin(
        resumed,
        () -> {
          ManagerGroup group =
              resumed.identity().role() == NodeRole.MANAGER
                  ? ManagerGroup.rejoin(settings, own, directory, memory)
                  : null;
          if (group != null) {
            resumed.manage(group);
          } else if (resumed.identity().role() == NodeRole.MANAGER) {
            resumed.renewSoon(); // it was about to become a manager, and is told how again
          }
        });
    LOG.info("goes on as {}", resumed.identity());
  }

  private void begin(MemberNode fresh, Runnable work) {
    try {
      work.run();
      fresh.start();
      member = fresh;
    } catch (RuntimeException failed) {
      Closing.quietly(fresh);
      throw failed;
    }
  }

  /** Whether this node is a member of a swarm. */
  public boolean isMember() {
    return member != null;
  }

  /** Who this node is in its swarm; empty if it is in none. */
  public Optional<NodeIdentity> identity() {
    MemberNode present = member;
    return present == null ? Optional.empty() : Optional.of(present.identity());
  }

  /**
   * Begins a swarm with this node as its first manager.
   *
   * @throws ConflictException if it is a member of one
   */
  public NodeIdentity init() {
    return init(EntryOptions.DEFAULT, told.cluster());
  }

  /** The settings with which {@link #init()} begins a swarm. */
  public ClusterSpec initialSettings() {
    return told.cluster();
  }

  /**
   * Begins a swarm with this node as its first manager.
   *
   * @param options where it is found, and whether it takes tasks
   * @param cluster the swarm's settings
   * @throws ConflictException if it is a member of one
   */
  public synchronized NodeIdentity init(EntryOptions options, ClusterSpec cluster) {
    requireNoMember();
    NodeSettings chosen = told.with(told.places().with(options), cluster);
    Founding founding = Founding.prepare(chosen);
    OwnCredentials own = new OwnCredentials(directory, founding.credentials());
    Memory nobody = new Memory(chosen.hostname(), "", List.of());
    return enter(
        chosen,
        own,
        () -> new MemberNode(chosen, directory, own, nobody),
        fresh -> {
          ManagerPart part = fresh.manage(ManagerGroup.found(chosen, own, directory));
          directory.save(
              founding.bootstrap(part, (ProcessHost) fresh.host(), options.availability()));
        });
  }

  /** Begins to be a member; if that fails nothing of it is left. */
  private NodeIdentity enter(
      NodeSettings chosen,
      OwnCredentials own,
      Supplier<MemberNode> parts,
      Consumer<MemberNode> work) {
    try {
      settings = chosen;
      directory.save(chosen.places());
      directory.save(own.credentials());
      MemberNode fresh = parts.get();
      begin(fresh, () -> work.accept(fresh));
      return fresh.identity();
    } catch (RuntimeException failed) {
      settings = told;
      try {
        directory.clear();
      } catch (RuntimeException kept) {
        failed.addSuppressed(kept);
      }
      throw failed;
    }
  }

  /**
   * Joins a swarm; the role is the token's.
   *
   * @param token a join token
   * @param manager address of any manager, {@code HOST[:PORT]}
   * @throws ConflictException if this node is a member of a swarm
   * @throws io.swarm4j.model.PermissionDeniedException if the token is not, or no longer, valid, or
   *     the manager is not of the token's swarm
   * @throws UnavailableException if no manager can be reached
   */
  public NodeIdentity join(String token, String manager) {
    return join(token, manager, null);
  }

  /**
   * Joins a swarm in a role, and is refused if the token is one for the other role.
   *
   * @see #join(String, String)
   */
  public NodeIdentity join(String token, String manager, @Nullable NodeRole role) {
    return join(token, manager, role, EntryOptions.DEFAULT);
  }

  /**
   * Joins a swarm with further options.
   *
   * @param role null for the token's
   * @param options where this node is found; it becomes active
   * @see #join(String, String)
   */
  public NodeIdentity join(
      String token, String manager, @Nullable NodeRole role, EntryOptions options) {
    return join(token, List.of(manager), role, options);
  }

  /**
   * Joins a swarm of which several managers are known: one that is out of reach is passed over. It
   * is admitted once, whichever of them answers.
   *
   * @param managers addresses of any managers, {@code HOST[:PORT]}
   * @see #join(String, String, NodeRole, EntryOptions)
   */
  public synchronized NodeIdentity join(
      String token, List<String> managers, @Nullable NodeRole role, EntryOptions options) {
    requireNoMember();
    Check.of("EntryOptions")
        .that(
            options.availability() == Availability.ACTIVE,
            "availability",
            options.availability(),
            "ACTIVE; it can be changed once the node has joined")
        .orThrow();
    NodeSettings chosen = told.with(told.places().with(options), told.cluster());
    Joining.Result joined =
        Joining.join(
            chosen, JoinToken.parse(token), managers.stream().map(HostPort::parse).toList(), role);
    Memory memory = new Memory(chosen.hostname(), joined.address(), joined.managers());
    OwnCredentials own = new OwnCredentials(directory, joined.credentials());
    return enter(
        chosen,
        own,
        () -> {
          directory.save(memory);
          return new MemberNode(chosen, directory, own, memory);
        },
        fresh -> {
          if (joined.group() != null) {
            takePart(
                fresh, fresh.manage(ManagerGroup.enter(chosen, own, directory, joined.group())));
          }
        });
  }

  /** Waits until the new manager has a vote; if that takes too long it goes on by itself. */
  private static void takePart(MemberNode fresh, ManagerPart part) {
    try {
      fresh.announce(part).toCompletableFuture().join();
    } catch (CompletionException late) {
      LOG.warn("this manager takes part later: {}", Statuses.unwrap(late).getMessage());
    }
  }

  private void requireNoMember() {
    if (closed) {
      throw new UnavailableException("this node is closed");
    }
    if (member != null || isLocked()) {
      throw new ConflictException(
          "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and"
              + " join another one.");
    }
    if (directory.memory() != null) {
      throw new ConflictException(
          "This node is part of a swarm, but could not go on as its member. Start it again, or use"
              + " \"docker swarm leave --force\" to give its membership up.");
    }
  }

  /**
   * Leaves the swarm: stops this node's tasks and forgets the membership.
   *
   * @param force whether a manager may leave, too: the last one takes the swarm with it
   * @throws UnavailableException if this node is in no swarm, or is a manager and may not leave
   */
  public synchronized void leave(boolean force) {
    if (force && member == null && (isLocked() || directory.memory() != null)) {
      directory.clear(); // it does not run, and nobody can be told
      return;
    }
    MemberNode leaving = require();
    if (leaving.manager() != null && !force) {
      throw new UnavailableException(
          "You are attempting to leave the swarm on a node that is participating as a manager."
              + " Removing the last manager erases all current state of the swarm. Use `--force` to"
              + " ignore this message.");
    }
    Closing.quietly(leaving.agent());
    if (!isLastManager(leaving)) {
      try {
        leaving.sayFarewell().toCompletableFuture().join();
      } catch (CompletionException unheard) {
        LOG.warn(
            "no manager heard that this node leaves; remove it there: {}",
            Statuses.unwrap(unheard).getMessage());
      }
    }
    member = null;
    leaving.close();
    directory.clear();
    settings = told;
  }

  private static boolean isLastManager(MemberNode leaving) {
    ManagerPart part = leaving.manager();
    return part != null
        && part.manager().store().view().nodes().stream()
                .filter(node -> node.role() == NodeRole.MANAGER)
                .count()
            <= 1;
  }

  private MemberNode require() {
    MemberNode present = member;
    if (present == null && isLocked()) {
      throw LockedException.keyNeeded();
    }
    if (present == null) {
      throw new UnavailableException(
          "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
              + " connect this node to swarm and try again.");
    }
    return present;
  }

  /** Lets this manager, which was started as the only one of its swarm, give up the others. */
  void takeOver() {
    Recovery.takeOver(Objects.requireNonNull(require().manager()), (ProcessHost) host(), settings);
  }

  private Host host() {
    return require().host();
  }

  /** The token that admits any number of nodes of a role. It is a secret. */
  public String joinToken(NodeRole role) {
    return security().joinToken(role);
  }

  /**
   * Voids the token of a role and makes another one; nodes that have joined are not concerned.
   *
   * @param expires when the new one ends; null for never
   */
  public String rotateJoinToken(NodeRole role, @Nullable Instant expires) {
    return security().issue(role, expires, false);
  }

  /**
   * Makes a token that admits one node.
   *
   * @param expires when it ends; null for never
   */
  public String singleUseJoinToken(NodeRole role, @Nullable Instant expires) {
    return security().issue(role, expires, true);
  }

  /** The root certificate that nodes trust, PEM. */
  public String rootCertificate() {
    return security().root();
  }

  /** Begins to change to a new root certificate; {@link #isRootChanging} tells when it is done. */
  public void rotateRoot() {
    security().rotateRoot(CertificateAuthority.create(settings.time()));
  }

  /**
   * Begins to change to a root certificate that the user brings along.
   *
   * @param root the certificate, PEM
   * @param key its private key, PKCS#8 in PEM
   * @throws io.swarm4j.model.InvalidSpecException if they are unfit
   */
  public void rotateRoot(String root, String key) {
    security().rotateRoot(CertificateAuthority.of(root, key, settings.time()));
  }

  /**
   * Replaces settings and secrets of the swarm: all of them, or nothing.
   *
   * @param version of the swarm's record, as the caller has seen it
   * @throws ConflictException if the record is another one by now, or managers are not locked and
   *     have no key
   * @throws io.swarm4j.model.InvalidSpecException if the swarm can not change to that root
   */
  public void update(long version, ClusterSpec spec, NewSecrets secrets) {
    security().update(version, spec, secrets);
  }

  /** Whether a change of the root certificate is under way. */
  public boolean isRootChanging() {
    return security().isRootChanging();
  }

  /**
   * What a manager that is started again asks for, a secret; empty unless {@link
   * ClusterSpec#autoLock}.
   */
  public Optional<String> unlockKey() {
    return security().unlockKey();
  }

  /**
   * Replaces the unlock key, and the data key with it.
   *
   * @throws ConflictException if managers are not locked
   */
  public String rotateUnlockKey() {
    return security().rotateUnlockKey();
  }

  /**
   * Encrypts the managers' log with a new data key from now on. On the manager that leads.
   *
   * @return completes once it is in force; fails with {@link UnavailableException} if another
   *     manager leads
   */
  public CompletionStage<Void> rotateDataKey() {
    host();
    return Objects.requireNonNull(require().manager()).rotateKeys();
  }

  /** Whether this is a manager whose files can only be read with the unlock key. */
  public boolean isLocked() {
    return directory.isLocked();
  }

  /**
   * Lets a locked manager go on.
   *
   * @param key the swarm's unlock key, {@code SWMKEY-1-…}
   * @throws ConflictException if it is not locked
   * @throws io.swarm4j.store.seal.LockedException if it is another key
   * @throws io.swarm4j.model.InvalidSpecException if it is no key at all
   */
  public synchronized void unlock(String key) {
    if (!isLocked()) {
      throw new ConflictException("swarm is not locked");
    }
    directory.unlock(UnlockKey.parse(key));
    try {
      resume();
    } catch (RuntimeException failed) {
      directory.relock();
      throw failed;
    }
  }

  /**
   * Writes this manager's copy of the state to a file, encrypted.
   *
   * @return what {@link SwarmNodeBuilder#restore} will ask for, a secret
   */
  public String backup(Path file) {
    return Recovery.backup(host().view(), file);
  }

  private SwarmSecurity security() {
    return new SwarmSecurity((ProcessHost) host(), settings.time());
  }

  /**
   * The swarm, as this manager sees and changes it.
   *
   * @throws UnavailableException if this node is a worker, or in no swarm
   */
  public Swarm swarm() {
    return Swarm.on(host());
  }

  /** Where other nodes find this manager's node API, {@code host:port}. */
  public String address() {
    ManagerPart part = require().manager();
    if (part == null) {
      host(); // says that this is a worker
    }
    return Objects.requireNonNull(part).address().toString();
  }

  /** The node's name. */
  public String hostname() {
    return settings.hostname();
  }

  /** Source of the node's time and threads. */
  public Time time() {
    return settings.time();
  }

  /** The id of this node; fails if it is in no swarm. */
  public NodeId id() {
    return require().identity().node();
  }

  /** Stops this node's tasks and connections; it remains a member. Idempotent, bounded in time. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    MemberNode present = member;
    member = null;
    if (present != null) {
      present.close();
    }
    directory.close();
  }
}
