package io.swarm4j.network.dataplane.kernel;

import java.util.List;

/** Changes nftables in one namespace. Blocks; not thread-safe. */
interface NftChanges extends AutoCloseable {

  /**
   * Makes changes, all or none.
   *
   * @param commands nft commands, one after the other
   * @throws KernelException if they are refused, or nft is not there
   */
  void apply(List<String> commands);

  @Override
  default void close() {}
}
