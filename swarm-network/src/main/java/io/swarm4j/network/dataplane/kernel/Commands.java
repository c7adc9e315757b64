package io.swarm4j.network.dataplane.kernel;

import java.util.List;

/** Runs programs of the operating system. Blocks. */
interface Commands {

  /**
   * Runs a program to its end.
   *
   * @param command the program and its arguments
   * @param input what it reads
   * @throws KernelException if it does not exist, does not end in time, or ends with other than 0
   */
  String run(List<String> command, String input);

  /** For changes of nftables that follow each other in one namespace. */
  default NftChanges nft(NetworkNamespace where) {
    return changes -> run(where.command("nft", "-f", "-"), String.join("\n", changes) + "\n");
  }
}
