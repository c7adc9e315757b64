package io.swarm4j.raft;

import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.View;
import io.swarm4j.store.seal.Seal;
import io.swarm4j.store.seal.SealedState;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.util.MD5FileUtil;

/** A {@linkplain SealedState sealed state} in a file. */
final class SnapshotFile {
  private final SealedState format;

  SnapshotFile(Seal seal) {
    this.format = new SealedState(seal);
  }

  /** Writes a state and makes it last. */
  MD5Hash write(Path file, View state) throws IOException {
    MessageDigest digest = MD5FileUtil.newMD5();
    try (FileOutputStream disk = new FileOutputStream(file.toFile())) {
      format.write(state, new DigestOutputStream(disk, digest));
      disk.getFD().sync();
    }
    return MD5Hash.newInstance(digest.digest());
  }

  /**
   * Reads a state.
   *
   * @throws CorruptDataException if the file is not whole, naming it and the place
   */
  View read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return format.read(in);
    } catch (CorruptDataException damage) {
      throw new CorruptDataException(
          String.format(
              "snapshot %s is %s. Move the manager's data directory aside and let it join again, or"
                  + " restore a backup",
              file, damage.getMessage()),
          damage);
    }
  }
}
