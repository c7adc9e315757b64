package io.swarm4j.raft;

import java.lang.Thread.UncaughtExceptionHandler;
import org.apache.ratis.util.ExitUtils;

/**
 * Keeps Ratis from ending the host's JVM and from taking over its handler of uncaught exceptions.
 *
 * <p>Ratis does the latter once, when its class is loaded; so it is loaded here, before all else.
 */
final class HostGuard {

  static {
    UncaughtExceptionHandler ofTheHost = Thread.getDefaultUncaughtExceptionHandler();
    try {
      ExitUtils.disableSystemExit();
      ExitUtils.setTerminateOnUncaughtException(false);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(ofTheHost);
    }
  }

  private HostGuard() {}

  /** Sees to it that the guard stands. */
  static void raise() {
    ExitUtils.clear();
  }
}
