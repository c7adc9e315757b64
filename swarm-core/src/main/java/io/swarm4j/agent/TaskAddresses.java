package io.swarm4j.agent;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** The addresses on which a task that shares the host's network stack can listen. */
public final class TaskAddresses {
  private static final Ip LOCALHOST = Ip.v4(127, 0, 0, 1);

  private TaskAddresses() {}

  /** The task's loopback addresses, in the order of its networks; 127.0.0.1 if it has none. */
  public static List<InetAddress> of(TaskContext context) {
    List<InetAddress> own =
        context.task().attachments().stream()
            .map(attachment -> attachment.address().toInetAddress())
            .filter(InetAddress::isLoopbackAddress)
            .toList();
    return own.isEmpty() ? List.of(LOCALHOST.toInetAddress()) : own;
  }

  /** The first of {@link #of}. */
  public static InetAddress first(TaskContext context) {
    return of(context).get(0);
  }

  /**
   * The addresses behind {@code host} as the task sees them: names of the swarm first, then {@code
   * localhost}, which is the task itself, and literal addresses.
   *
   * @throws UnknownHostException if nobody has that name
   */
  public static List<InetAddress> resolve(TaskContext context, String host)
      throws UnknownHostException {
    List<Ip> found =
        context
            .names()
            .resolve(host, context.task().attachments().stream().map(Attachment::network).toList());
    if (!found.isEmpty()) {
      return found.stream().map(Ip::toInetAddress).toList();
    }
    if (host.equals("localhost")) {
      return List.of(first(context));
    }
    if (host.matches("[0-9.]+") || host.contains(":")) {
      return List.of(InetAddress.getByName(host)); // a literal: no look-up leaves the swarm
    }
    throw new UnknownHostException(
        host + ": no such name on the networks of task " + context.name());
  }
}
