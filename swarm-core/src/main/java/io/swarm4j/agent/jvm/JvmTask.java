package io.swarm4j.agent.jvm;

import io.swarm4j.model.SlotKey;
import io.swarm4j.model.TaskId;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What the code of a task sees of its surroundings. Thread-safe. */
public interface JvmTask {

  /** Name of the callback probe that answers what {@link #unhealthy} and {@link #healthy} said. */
  String SELF = "self";

  /** Identity of the task. */
  TaskId id();

  /** Name as users see it, such as {@code web.4}. */
  String name();

  /** Its place in the service. */
  SlotKey slot();

  /** Host name of the task. */
  String hostname();

  /** Environment of the task; that of the JVM is not part of it. */
  Map<String, String> env();

  /** One variable of the environment. */
  default Optional<String> env(String name) {
    return Optional.ofNullable(env().get(name));
  }

  /** Arguments. */
  List<String> args();

  /** Working directory as the spec has it, {@code /} if it says nothing. */
  String workingDir();

  /** User as the spec has it; one JVM cannot hold anybody to it. */
  Optional<String> user();

  /** The task's own addresses, in the order of its networks; 127.0.0.1 if it has none. */
  List<InetAddress> addresses();

  /** The first of {@link #addresses}. */
  default InetAddress address() {
    return addresses().get(0);
  }

  /**
   * Listens on the first of the task's addresses. Closed when the task has ended; to interrupt a
   * thread that accepts closes it, too.
   *
   * @param port 0 for any free one
   */
  default ServerSocketChannel listen(int port) throws IOException {
    return listenAll(port).get(0);
  }

  /**
   * Listens on each of the task's addresses, on the same port; see {@link #listen}.
   *
   * @param port 0 for any that is free on the first address
   */
  List<ServerSocketChannel> listenAll(int port) throws IOException;

  /**
   * Listens on each of the task's addresses and hands every connection to {@code handler}, on a
   * thread of its own. Returns at once.
   */
  void serve(int port, ConnectionHandler handler) throws IOException;

  /**
   * Notes that the task listens on a port that it opened by itself on {@link #address}, so that it
   * is shown as exposed. A task counts as started when it listens on the ports that its image
   * declares, or after one second.
   */
  void listening(int port);

  /**
   * The address behind a host name as seen from the task's networks; the first of {@link
   * #resolveAll}.
   */
  default InetAddress resolve(String host) throws UnknownHostException {
    return resolveAll(host).get(0);
  }

  /**
   * The addresses behind a host name as seen from the task's networks: names of services, {@code
   * localhost} for the task itself, literal addresses. Other names are not looked up. Where there
   * are several, they are in another order each time.
   *
   * @throws UnknownHostException if there is none
   */
  List<InetAddress> resolveAll(String host) throws UnknownHostException;

  /**
   * Standard input: what those who attach to the task type, if the spec keeps it open, until the
   * task ends; else there is none.
   */
  InputStream in();

  /** Standard output; lines appear in the task's log. */
  PrintStream out();

  /** Standard error; lines appear in the task's log. */
  PrintStream err();

  /**
   * The content of a secret.
   *
   * @param target its target in the service, such as {@code password} or {@code
   *     /run/secrets/password}
   * @throws io.swarm4j.model.NotFoundException if the task has no such secret
   */
  byte[] secret(String target);

  /**
   * The content of a config.
   *
   * @param target its target in the service, such as {@code nginx.conf} or {@code /nginx.conf}
   * @throws io.swarm4j.model.NotFoundException if the task has no such config
   */
  byte[] config(String target);

  /** Whether the task shall end. */
  boolean stopping();

  /**
   * Waits until the task shall end.
   *
   * @throws InterruptedException if the thread is interrupted by somebody else
   */
  void awaitStop() throws InterruptedException;

  /** Has {@code hook} run when the task shall end, before its thread is interrupted. */
  void onStop(Runnable hook);

  /**
   * Has {@code hook} run, on a thread of its own, whenever the task is sent a signal such as {@code
   * HUP}; until then such signals are ignored.
   */
  void onSignal(String signal, Runnable hook);

  /** Has {@code hook} run, on a thread of its own, whenever secrets or configs were replaced. */
  void onFileChange(Runnable hook);

  /** Has {@code resource} closed when the task has ended, the last one first. */
  <T extends AutoCloseable> T own(T resource);

  /** Starts a further thread of the task, which is interrupted when the task ends. */
  Thread spawn(Runnable work);

  /** Answers callback probes of that name; takes precedence over the image's. */
  void health(String name, BooleanSupplier check);

  /** From now on a probe of the callback {@link #SELF} succeeds, as it does at the start. */
  void healthy();

  /** From now on a probe of the callback {@link #SELF} fails. */
  void unhealthy(String why);

  /**
   * Ends the task with an exit code, from any of its threads, as {@code System.exit} would end a
   * process. Never returns: it throws an error that the code should not catch.
   */
  void exit(int code);

  /** Serves one connection, which is closed when it returns. */
  @FunctionalInterface
  interface ConnectionHandler {

    /** Serves {@code connection}. Exceptions go to the task's standard error. */
    void handle(Socket connection) throws Exception;
  }
}
