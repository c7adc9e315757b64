package io.swarm4j.network.lb;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A listening TCP socket, shared by all loops. Never blocks. */
interface ListenSocket extends WatchedSocket {

  /** The next connection, which is kept alive and does not delay small writes; null if none. */
  @Nullable StreamSocket accept() throws IOException;
}
