package io.swarm4j.network.dataplane.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A long-lived nft process in one namespace, which spares each change the start of a process.
 * Blocks; not thread-safe.
 */
final class NftSession implements NftChanges {
  /** Asks for something known, whose answer marks the end of what was said before. */
  private static final String MARK = "describe tcp dport\n";

  private static final String MARKED = "payload expression";

  private final NetworkNamespace namespace;
  private @Nullable Process process;
  private @Nullable Writer in;
  private @Nullable BufferedReader out;

  NftSession(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  @Override
  public void apply(List<String> commands) {
    String complaint;
    try {
      complaint = say(String.join("; ", commands));
    } catch (IOException e) {
      close();
      throw new KernelException("nft ended in the middle of a change", e);
    }
    if (!complaint.isEmpty()) {
      throw new KernelException("nft refused a change: " + complaint);
    }
  }

  private String say(String line) throws IOException {
    if (process == null || !process.isAlive()) {
      process = ProcessCommands.start(namespace.command("nft", "-i"));
      in = process.outputWriter(UTF_8);
      out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }
    if (in == null || out == null) {
      throw new IOException("nft does not run");
    }
    in.write(line);
    in.write('\n');
    in.write(MARK);
    in.flush();
    StringBuilder said = new StringBuilder();
    while (true) {
      String answer = out.readLine();
      if (answer == null) {
        throw new IOException("nft ended" + (said.isEmpty() ? "" : ": " + said));
      }
      if (answer.contains(MARKED)) {
        return said.toString().strip();
      }
      if (said.length() < 500) {
        said.append(answer).append(' ');
      }
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
      process = null;
    }
  }
}
