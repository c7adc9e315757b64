package io.swarm4j.raft;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.View;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.SafeFile;
import io.swarm4j.store.seal.Seal;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;

/** What helps when a majority of the managers is lost, or all of them. Managers must not run. */
public final class RaftRecovery {

  private RaftRecovery() {}

  /**
   * Looks at what a surviving manager has, and at what would be given up. Changes nothing.
   *
   * @throws ConflictException if the manager runs
   * @throws io.swarm4j.store.CorruptDataException if a file is damaged, naming it
   */
  public static RecoveryPlan plan(Path directory, KeyVault keys) {
    DiskState disk = DiskState.read(directory, keys.ring());
    String survivor = disk.member().id();
    return new RecoveryPlan(
        directory,
        survivor,
        disk.member().group(),
        disk.members().stream().filter(member -> !member.equals(survivor)).toList(),
        disk.state(),
        disk.index(),
        disk.term());
  }

  /**
   * Makes a new group out of the survivor alone, with the state of the plan. The new group has
   * another identity, so that no message of the old one reaches it. The old log is kept under a
   * name that ends in {@code .superseded}.
   *
   * @return the new group, for the options of the next start
   * @throws ConflictException if the directory has changed since the plan was made
   */
  public static UUID forceNewGroup(RecoveryPlan plan, KeyVault keys, Time time) {
    RecoveryPlan now = plan(plan.directory(), keys);
    if (!now.group().equals(plan.group()) || now.lastIndex() != plan.lastIndex()) {
      throw new ConflictException(
          plan.directory() + " has changed since the plan was made; look at it again");
    }
    UUID group = randomGroup();
    Path workshop = plan.directory().resolve("recovery.tmp");
    try {
      TreeDeletion.delete(workshop);
      Seeding.seed(workshop, plan.survivor(), group, keys.ring(), plan.state(), time);
      Files.move(
          workshop.resolve(group.toString()),
          GroupFolders.ready(plan.directory(), group),
          StandardCopyOption.ATOMIC_MOVE);
      // From here on the new group is in force: the next start puts the folders in their places.
      new MemberFile(plan.survivor(), group, List.of(plan.survivor())).write(plan.directory());
      GroupFolders.tidy(plan.directory(), group);
      TreeDeletion.delete(workshop);
    } catch (IOException failed) {
      throw new UnavailableException(
          "the new group could not be made in " + plan.directory() + ": " + failed, failed);
    }
    return group;
  }

  /**
   * Writes a state to a file, encrypted under a key of its own.
   *
   * @param key what {@link #readBackup} will ask for
   */
  public static void backup(View state, Path file, UnlockKey key) {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      var unused = new SnapshotFile(sealOf(key)).write(temporary, state);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      SafeFile.syncDirectory(file.resolveSibling("."));
    } catch (IOException failed) {
      throw new UnavailableException(file + " can not be written: " + failed, failed);
    }
  }

  /**
   * Reads a backup, all of it, and so verifies it.
   *
   * @throws io.swarm4j.store.CorruptDataException if it is damaged or the key is another one
   */
  public static View readBackup(Path file, UnlockKey key) {
    try {
      return new SnapshotFile(sealOf(key)).read(file);
    } catch (IOException failed) {
      throw new UnavailableException(file + " can not be read: " + failed, failed);
    }
  }

  /**
   * Makes the directory of a new manager that begins, alone in a new group, with a given state.
   *
   * @return the group, for the options of its start
   * @throws ConflictException if the directory holds a manager's log already
   */
  public static UUID restore(View state, Path directory, String id, Time time) {
    if (MemberFile.read(directory).isPresent()) {
      throw new ConflictException(
          directory + " holds a manager's log already; restore into an empty directory");
    }
    UUID group = randomGroup();
    try {
      Seeding.seed(directory, id, group, KeyRing.create(Chance.secure()), state, time);
    } catch (IOException failed) {
      throw new UnavailableException(directory + " can not be written: " + failed, failed);
    }
    return group;
  }

  private static UUID randomGroup() {
    Chance chance = Chance.secure();
    return new UUID(chance.nextLong(), chance.nextLong());
  }

  private static Seal sealOf(UnlockKey key) {
    return new Seal(KeyRing.of(key), Chance.secure());
  }
}
