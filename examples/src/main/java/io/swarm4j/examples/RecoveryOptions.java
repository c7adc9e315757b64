package io.swarm4j.examples;

import io.swarm4j.node.SwarmNode;
import io.swarm4j.node.SwarmNodeBuilder;
import io.swarm4j.raft.RecoveryPlan;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What helps a node whose swarm has lost a majority of its managers, or all of them. */
final class RecoveryOptions {

  @Option(
      names = "--force-new-cluster",
      description =
          "Goes on as the only manager of its swarm: the others are given up, and what only they"
              + " have is lost. Try it with --dry-run first.")
  private boolean force;

  @Option(names = "--dry-run", description = "Only shows what --force-new-cluster would do.")
  private boolean dryRun;

  @Option(
      names = "--backup",
      paramLabel = "FILE",
      description = "Writes the state of this manager, which must not run, to a file.")
  private @Nullable Path backup;

  @Option(
      names = "--restore",
      paramLabel = "FILE",
      description = "Begins as the first manager of the swarm in a backup; needs --key.")
  private @Nullable Path restore;

  @Option(names = "--key", paramLabel = "KEY", description = "The key that --backup has printed.")
  private String key = "";

  @Option(
      names = "--unlock-key",
      paramLabel = "KEY",
      description = "The swarm's unlock key, if its managers are locked.")
  private @Nullable String unlockKey;

  /**
   * Starts a node as the options say.
   *
   * @return null if there is nothing to run
   */
  @Nullable SwarmNode start(SwarmNodeBuilder builder, PrintStream out) {
    if (unlockKey != null) {
      builder.unlockKey(unlockKey);
    }
    if (backup != null) {
      out.println("backup of " + backup + "; to restore it: --key " + builder.backup(backup));
      return null;
    }
    if (restore != null) {
      return builder.restore(restore, key);
    }
    if (force || dryRun) {
      RecoveryPlan plan = builder.planRecovery();
      out.println(plan.describe());
      return dryRun ? null : builder.forceNewCluster(plan);
    }
    return builder.start();
  }
}
