package io.swarm4j.node;

import io.swarm4j.model.SwarmException;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.Trust;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.file.DirectoryLock;
import io.swarm4j.store.file.StorageException;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.SafeFile;
import io.swarm4j.store.seal.Seal;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a node keeps on disk: who it is, where its managers are, and the folders of its log and its
 * runtime. Each file is replaced as a whole, so that a crash leaves the old or the new one.
 *
 * <p>{@code node.properties} is written last when the node becomes a member: where it is missing,
 * the node is none. Thread-safe.
 */
final class NodeDirectory implements AutoCloseable {
  private static final String STATE = "node.properties";
  private static final String PLACES = "places.properties";
  private static final String CERTIFICATE = "certificate.pem";
  private static final String ROOTS = "roots.pem";
  private static final String LOG = "raft";
  private static final String RUNTIME = "runtime";

  /** How the sealed form of a node's key is marked. */
  private static final Pattern SEALED =
      Pattern.compile("-----BEGIN SEALED KEY-----([^-]+)-----END SEALED KEY-----");

  private static final byte[] KEY_CONTEXT = {'N'};

  private final Path path;
  private final DirectoryLock lock;

  /** What the node's own key is sealed with; none while managers are not locked. */
  private List<UnlockKey> unlockKeys = List.of();

  private NodeDirectory(Path path, DirectoryLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * What a member remembers.
   *
   * @param hostname its name in the swarm
   * @param address the address of its tasks and published ports; empty if it is the machine's
   * @param managers where managers were found last
   * @param raft where other managers find this one's copy of the log; empty on a worker
   * @param peers where the copies of other managers were found last, by node id
   */
  record Memory(
      String hostname,
      String address,
      List<String> managers,
      String raft,
      Map<String, String> peers) {

    Memory {
      managers = List.copyOf(managers);
      peers = Collections.unmodifiableMap(new TreeMap<>(peers));
    }

    /** Of a node that is no manager. */
    Memory(String hostname, String address, List<String> managers) {
      this(hostname, address, managers, "", Map.of());
    }

    Memory withManagers(List<String> known) {
      return new Memory(hostname, address, known, raft, peers);
    }

    Memory withRaft(String own, Map<String, String> others) {
      return new Memory(hostname, address, managers, own, others);
    }
  }

  /**
   * Takes a directory for this process alone.
   *
   * @param path made if it is not there
   * @throws StorageException if it cannot be written, or another process has it
   */
  static NodeDirectory open(Path path) {
    try {
      Files.createDirectories(path);
      return new NodeDirectory(path, DirectoryLock.take(path));
    } catch (IOException unwritable) {
      throw new StorageException(
          "cannot write in the data directory "
              + path
              + ": "
              + unwritable
              + "; choose another one, or give the user who runs this process the right to",
          unwritable);
    }
  }

  Path log() {
    return path.resolve(LOG);
  }

  Path runtime() {
    return path.resolve(RUNTIME);
  }

  /** Whether the node is a manager whose files can only be read with the swarm's unlock key. */
  boolean isLocked() {
    return unlockKey() == null && KeyVault.isLocked(log());
  }

  /**
   * Makes the files of a locked manager readable.
   *
   * @throws io.swarm4j.store.seal.LockedException if it is another key
   */
  synchronized void unlock(UnlockKey key) {
    KeyVault.open(log(), key);
    unlockKeys = List.of(key);
  }

  /** Takes back {@link #unlock}: the manager did not come up, and is as locked as before. */
  synchronized void relock() {
    unlockKeys = List.of();
  }

  /** What the files of this manager are locked with; null if they are not, or not opened yet. */
  synchronized @Nullable UnlockKey unlockKey() {
    return unlockKeys.isEmpty() ? null : unlockKeys.get(0);
  }

  /**
   * Locks this manager's files, or unlocks them for good. A crash leaves them readable with the old
   * or with the new key.
   *
   * @param key null if no key shall be needed
   * @return whether anything changed
   */
  synchronized boolean lock(KeyVault vault, @Nullable UnlockKey key) {
    List<UnlockKey> wanted = key == null ? List.of() : List.of(key);
    if (wanted.equals(unlockKeys)
        && vault.isLocked() == (key != null)
        && sealedKeys() == wanted.size()) {
      return false;
    }
    NodeCredentials present = credentials();
    if (key == null) {
      save(present, wanted);
    } else if (!unlockKeys.isEmpty()) {
      List<UnlockKey> both =
          Stream.concat(wanted.stream(), unlockKeys.stream()).distinct().toList();
      save(present, both);
      unlockKeys = both;
    }
    vault.lock(key);
    if (key != null) {
      save(present, wanted);
    }
    unlockKeys = wanted;
    return true;
  }

  /** Under how many unlock keys the node's own key is kept; 0 if anybody can read it. */
  private int sealedKeys() {
    Path file = path.resolve(CERTIFICATE);
    try {
      return (int) SEALED.matcher(read(file)).results().count();
    } catch (IOException unreadable) {
      throw damaged(file, unreadable);
    }
  }

  /**
   * What the node remembers.
   *
   * @return null if it is no member
   * @throws StorageException if a file is missing or damaged
   */
  @Nullable Memory memory() {
    Path file = path.resolve(STATE);
    if (!Files.exists(file)) {
      requireNoRemains();
      return null;
    }
    Properties read = new Properties();
    try {
      read.load(new StringReader(read(file)));
    } catch (IOException | IllegalArgumentException damaged) {
      throw damaged(file, damaged);
    }
    String managers = read.getProperty("managers");
    String hostname = read.getProperty("hostname");
    if (managers == null || hostname == null || !"1".equals(read.getProperty("format"))) {
      throw damaged(file, new IOException("it is not complete, or of a later version"));
    }
    return new Memory(
        hostname,
        read.getProperty("address", ""),
        list(managers),
        read.getProperty("raft", ""),
        list(read.getProperty("peers", "")).stream()
            .map(peer -> peer.split("@", 2))
            .filter(peer -> peer.length == 2)
            .collect(Collectors.toMap(peer -> peer[0], peer -> peer[1])));
  }

  /**
   * Where the node was told to be when it became a member; {@code fallback} if nothing was, or any
   * port would do.
   */
  Places places(Places fallback) {
    Path file = path.resolve(PLACES);
    if (!Files.exists(file)) {
      return fallback;
    }
    Properties read = new Properties();
    try {
      read.load(new StringReader(read(file)));
      String listen = read.getProperty("listen");
      String advertise = read.getProperty("advertise", "");
      String data = read.getProperty("data", "");
      return new Places(
          listen == null || listen.endsWith(":0") ? fallback.listen() : HostPort.parse(listen),
          advertise.isEmpty() ? null : HostPort.parse(advertise),
          data.isEmpty() ? null : data);
    } catch (IOException | IllegalArgumentException | SwarmException damaged) {
      throw damaged(file, damaged);
    }
  }

  void save(Places places) {
    HostPort advertise = places.advertise();
    replace(
        PLACES,
        "# written by Swarm4J\nlisten="
            + places.listen()
            + "\nadvertise="
            + (advertise == null ? "" : advertise)
            + "\ndata="
            + (places.dataAddress() == null ? "" : places.dataAddress())
            + "\n");
  }

  private static List<String> list(String text) {
    return Stream.of(text.split(",")).filter(each -> !each.isBlank()).toList();
  }

  private void requireNoRemains() {
    for (String remains : List.of(CERTIFICATE, ROOTS, LOG)) {
      if (Files.exists(path.resolve(remains))) {
        throw new StorageException(
            path
                + " holds "
                + remains
                + " but no "
                + STATE
                + ": if an init or a join was interrupted here, empty the directory and repeat it;"
                + " if files were lost, restore them from a backup");
      }
    }
  }

  private PrivateKey key(String text) {
    List<MatchResult> sealed = SEALED.matcher(text).results().toList();
    for (MatchResult block : sealed) {
      byte[] bytes = Base64.getMimeDecoder().decode(block.group(1));
      for (UnlockKey key : unlockKeys) {
        try {
          return Certificates.readKey(sealOf(key).open(ByteBuffer.wrap(bytes), KEY_CONTEXT));
        } catch (CorruptDataException another) {
          continue;
        }
      }
    }
    if (!sealed.isEmpty()) {
      throw new SwarmException("the node's key is sealed with another unlock key");
    }
    return Certificates.parseKey(text);
  }

  private static String text(PrivateKey key, List<UnlockKey> unlockKeys) {
    if (unlockKeys.isEmpty()) {
      return Certificates.pem(key);
    }
    return unlockKeys.stream()
        .map(each -> sealOf(each).seal(key.getEncoded(), KEY_CONTEXT))
        .map(Base64.getMimeEncoder()::encodeToString)
        .map(block -> "-----BEGIN SEALED KEY-----\n" + block + "\n-----END SEALED KEY-----\n")
        .collect(Collectors.joining());
  }

  private static Seal sealOf(UnlockKey key) {
    return new Seal(KeyRing.of(key), Chance.secure());
  }

  /** The node's credentials. */
  synchronized NodeCredentials credentials() {
    Path own = path.resolve(CERTIFICATE);
    Path roots = path.resolve(ROOTS);
    try {
      String text = read(own);
      Trust trust = trust(roots);
      return new NodeCredentials(key(text), Certificates.parse(text), trust);
    } catch (StorageException known) {
      throw known;
    } catch (IOException | SwarmException damaged) {
      throw damaged(own, damaged);
    }
  }

  private Trust trust(Path file) {
    try {
      return new Trust(Certificates.parse(read(file)));
    } catch (IOException | SwarmException damaged) {
      throw damaged(file, damaged);
    }
  }

  private static StorageException damaged(Path file, Exception cause) {
    return new StorageException(
        file
            + " cannot be read: "
            + cause.getMessage()
            + "; restore it from a backup, or empty the data directory and let the node join anew",
        cause);
  }

  synchronized void save(NodeCredentials credentials) {
    save(credentials, unlockKeys);
  }

  private void save(NodeCredentials credentials, List<UnlockKey> keys) {
    replace(ROOTS, Certificates.pem(credentials.trust().roots()));
    replace(CERTIFICATE, Certificates.pem(credentials.chain()) + text(credentials.key(), keys));
  }

  void save(Memory memory) {
    replace(
        STATE,
        "# written by Swarm4J\nformat=1\nhostname="
            + memory.hostname()
            + "\naddress="
            + memory.address()
            + "\nmanagers="
            + String.join(",", memory.managers())
            + "\nraft="
            + memory.raft()
            + "\npeers="
            + memory.peers().entrySet().stream()
                .map(peer -> peer.getKey() + "@" + peer.getValue())
                .collect(Collectors.joining(","))
            + "\n");
  }

  /** Changes what a member remembers; nothing happens to a node that is none (any more). */
  synchronized void update(UnaryOperator<Memory> change) {
    if (Files.exists(path.resolve(STATE))) {
      Memory present = Objects.requireNonNull(memory());
      Memory changed = change.apply(present);
      if (!changed.equals(present)) {
        save(changed);
      }
    }
  }

  /** Forgets the log: this node is no longer a manager, and not locked. */
  synchronized void clearLog() {
    try {
      if (unlockKey() != null) {
        save(credentials(), List.of());
        unlockKeys = List.of();
      }
      deleteTree(log());
    } catch (IOException failed) {
      throw new StorageException("cannot delete the log in " + path + ": " + failed, failed);
    }
  }

  /** Forgets everything but the runtime's folder. */
  synchronized void clear() {
    unlockKeys = List.of();
    try {
      Files.deleteIfExists(path.resolve(STATE)); // from here on it is no member
      Files.deleteIfExists(path.resolve(PLACES));
      Files.deleteIfExists(path.resolve(CERTIFICATE));
      Files.deleteIfExists(path.resolve(ROOTS));
      deleteTree(log());
    } catch (IOException failed) {
      throw new StorageException("cannot empty the data directory " + path + ": " + failed, failed);
    }
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  private synchronized void replace(String name, String text) {
    Path target = path.resolve(name);
    try {
      SafeFile.write(target, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException failed) {
      throw new StorageException(
          "cannot write "
              + target
              + ": "
              + failed
              + "; what it held before is kept. Make room, or mend the rights",
          failed);
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException failed) {
      throw new StorageException("cannot give back the data directory " + path, failed);
    }
  }
}
