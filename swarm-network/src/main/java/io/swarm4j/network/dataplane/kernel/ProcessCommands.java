package io.swarm4j.network.dataplane.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands as processes of this machine. */
final class ProcessCommands implements Commands {
  private static final int LONGEST_COMPLAINT = 500;

  private final Duration patience;

  ProcessCommands(Duration patience) {
    this.patience = patience;
  }

  @Override
  public String run(List<String> command, String input) {
    Process process = start(command);
    try {
      try (OutputStream in = process.getOutputStream()) {
        in.write(input.getBytes(UTF_8));
      } catch (IOException endedEarly) {
        // its exit code tells more
      }
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new KernelException(text(command) + " did not end within " + patience);
      }
      if (process.exitValue() != 0) {
        throw new KernelException(
            text(command) + " failed with " + process.exitValue() + ": " + shorten(output));
      }
      return output;
    } catch (IOException e) {
      throw new KernelException("cannot read what " + text(command) + " says", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KernelException(text(command) + " was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  @Override
  public NftChanges nft(NetworkNamespace where) {
    return new NftSession(where);
  }

  static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new KernelException("cannot run " + text(command) + ": install it, and run as root", e);
    }
  }

  private static String text(List<String> command) {
    return "'" + String.join(" ", command) + "'";
  }

  private static String shorten(String output) {
    String text = output.strip();
    return text.length() <= LONGEST_COMPLAINT ? text : text.substring(0, LONGEST_COMPLAINT) + " …";
  }
}
