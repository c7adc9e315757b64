package io.swarm4j.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A disk in memory that can lose what was not forced, run full, and stop in the middle of any
 * operation.
 */
final class FakeDisk implements Disk {
  private static final int SECTOR = 512;

  private final Map<String, Content> files = new TreeMap<>();
  private final Map<String, Content> lastingFiles = new TreeMap<>();
  private final List<Consumer<Map<String, Content>>> directoryChanges = new ArrayList<>();
  private boolean locked;
  private long capacity = Long.MAX_VALUE;
  private int operationsLeft = Integer.MAX_VALUE;
  private int forces;
  private volatile Runnable beforeForce = () -> {};

  /** The end of all operations. */
  static final class PowerFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Content {
    private byte[] now = {};
    private byte[] lasting = {};
  }

  /** Lets the power fail in the given operation from now. */
  synchronized void failPowerIn(int operations) {
    operationsLeft = operations;
  }

  /** Limits the sum of all sizes, in bytes. */
  synchronized void limitTo(long bytes) {
    capacity = bytes;
  }

  /** Does something before each force, on the thread that forces. */
  void beforeForce(Runnable action) {
    beforeForce = action;
  }

  /** How often any file was forced. */
  synchronized int forces() {
    return forces;
  }

  synchronized long used() {
    return files.values().stream().mapToLong(content -> content.now.length).sum();
  }

  /**
   * The disk as it is found when the power is back: of what was not forced, some sectors and some
   * changes of the directory are there, and others not.
   */
  synchronized FakeDisk afterPowerFailure(Random random) {
    FakeDisk disk = new FakeDisk();
    int lostOf = 1 + random.nextInt(4);
    for (Consumer<Map<String, Content>> change : directoryChanges) {
      if (random.nextInt(4) >= lostOf - 1) {
        change.accept(lastingFiles);
      }
    }
    lastingFiles.forEach((name, content) -> disk.put(name, someSectors(content, random)));
    return disk;
  }

  private static byte[] someSectors(Content content, Random random) {
    byte[] now = content.now;
    byte[] lasting = content.lasting;
    int most = Math.max(now.length, lasting.length);
    byte[] mixed = Arrays.copyOf(lasting, most);
    int lostOf = 1 + random.nextInt(4);
    for (int at = 0; at < now.length; at += SECTOR) {
      if (random.nextInt(4) >= lostOf - 1) {
        System.arraycopy(now, at, mixed, at, Math.min(SECTOR, now.length - at));
      }
    }
    return Arrays.copyOf(mixed, random.nextBoolean() ? now.length : lasting.length);
  }

  /** Another disk with the same files, all of it lasting, and not locked. */
  synchronized FakeDisk copy() {
    FakeDisk disk = new FakeDisk();
    files.forEach((name, content) -> disk.put(name, content.now.clone()));
    return disk;
  }

  /** Puts a file there. */
  synchronized void put(String name, byte[] bytes) {
    Content content = new Content();
    content.now = bytes;
    content.lasting = bytes.clone();
    files.put(name, content);
    lastingFiles.put(name, content);
  }

  /** The bytes of a file. */
  synchronized byte[] get(String name) {
    return content(name).now.clone();
  }

  private Content content(String name) {
    Content content = files.get(name);
    if (content == null) {
      throw new NoSuchElementException(name + " is not among " + files.keySet());
    }
    return content;
  }

  private void operate() {
    if (operationsLeft-- <= 0) {
      operationsLeft = 0;
      throw new PowerFailure();
    }
  }

  private void changeDirectory(Consumer<Map<String, Content>> change) {
    change.accept(files);
    directoryChanges.add(change);
  }

  @Override
  public synchronized Closeable lock() {
    if (locked) {
      throw new StorageException("in use");
    }
    locked = true;
    return () -> locked = false;
  }

  synchronized boolean isLocked() {
    return locked;
  }

  @Override
  public synchronized List<String> list() {
    return List.copyOf(files.keySet());
  }

  @Override
  public synchronized DiskFile create(String name) {
    operate();
    Content content = new Content();
    changeDirectory(names -> names.put(name, content));
    return new FakeFile(content);
  }

  @Override
  public synchronized DiskFile open(String name) {
    return new FakeFile(content(name));
  }

  @Override
  public synchronized void rename(String from, String to) {
    operate();
    content(from);
    changeDirectory(
        names -> {
          Content moved = names.remove(from);
          if (moved != null) {
            names.put(to, moved);
          }
        });
  }

  @Override
  public synchronized void delete(String name) {
    operate();
    changeDirectory(names -> names.remove(name));
  }

  @Override
  public synchronized void sync() {
    operate();
    directoryChanges.forEach(change -> change.accept(lastingFiles));
    directoryChanges.clear();
  }

  @Override
  public String describe(String name) {
    return "disk/" + name;
  }

  private final class FakeFile implements DiskFile {
    private final Content content;

    private FakeFile(Content content) {
      this.content = content;
    }

    @Override
    public long size() {
      synchronized (FakeDisk.this) {
        return content.now.length;
      }
    }

    @Override
    public void read(ByteBuffer into, long position) {
      synchronized (FakeDisk.this) {
        int count = (int) Math.min(into.remaining(), content.now.length - position);
        if (count > 0) {
          into.put(content.now, (int) position, count);
        }
      }
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      synchronized (FakeDisk.this) {
        int wanted = from.remaining();
        int grown = (int) Math.max(0, position + wanted - content.now.length);
        boolean full = grown > capacity - used();
        int count = full ? (int) Math.max(0, wanted - (grown - (capacity - used()))) : wanted;
        if (operationsLeft <= 0) {
          count /= 2;
        }
        if (position + count > content.now.length) {
          content.now = Arrays.copyOf(content.now, (int) position + count);
        }
        from.get(content.now, (int) position, count);
        operate();
        if (full) {
          throw new IOException("No space left on device");
        }
      }
    }

    @Override
    public void truncate(long size) {
      synchronized (FakeDisk.this) {
        operate();
        content.now = Arrays.copyOf(content.now, (int) Math.min(size, content.now.length));
      }
    }

    @Override
    public void force(boolean metadata) {
      beforeForce.run();
      synchronized (FakeDisk.this) {
        operate();
        forces++;
        content.lasting = content.now.clone();
      }
    }

    @Override
    public void close() {}
  }
}
