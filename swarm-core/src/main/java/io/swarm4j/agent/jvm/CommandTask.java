package io.swarm4j.agent.jvm;

import io.swarm4j.agent.ExecSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.TaskId;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The task as a command beside it sees it: with variables, folder and user of its own. */
final class CommandTask implements JvmTask {
  private final JvmTask task;
  private final ExecSpec spec;
  private final Map<String, String> env;

  CommandTask(JvmTask task, ExecSpec spec) {
    this.task = task;
    this.spec = spec;
    TreeMap<String, String> all = new TreeMap<>(task.env());
    all.putAll(spec.env());
    this.env = Collections.unmodifiableMap(all);
  }

  @Override
  public Map<String, String> env() {
    return env;
  }

  @Override
  public String workingDir() {
    String wanted = spec.workingDir();
    if (wanted == null) {
      return task.workingDir();
    }
    String folder = task.workingDir().endsWith("/") ? task.workingDir() : task.workingDir() + "/";
    return wanted.startsWith("/") ? wanted : folder + wanted;
  }

  @Override
  public Optional<String> user() {
    return spec.user() == null ? task.user() : Optional.of(spec.user());
  }

  @Override
  public TaskId id() {
    return task.id();
  }

  @Override
  public String name() {
    return task.name();
  }

  @Override
  public SlotKey slot() {
    return task.slot();
  }

  @Override
  public String hostname() {
    return task.hostname();
  }

  @Override
  public List<String> args() {
    return task.args();
  }

  @Override
  public List<InetAddress> addresses() {
    return task.addresses();
  }

  @Override
  public List<ServerSocketChannel> listenAll(int port) throws IOException {
    return task.listenAll(port);
  }

  @Override
  public void serve(int port, ConnectionHandler handler) throws IOException {
    task.serve(port, handler);
  }

  @Override
  public void listening(int port) {
    task.listening(port);
  }

  @Override
  public List<InetAddress> resolveAll(String host) throws UnknownHostException {
    return task.resolveAll(host);
  }

  @Override
  public InputStream in() {
    return task.in();
  }

  @Override
  public PrintStream out() {
    return task.out();
  }

  @Override
  public PrintStream err() {
    return task.err();
  }

  @Override
  public byte[] secret(String target) {
    return task.secret(target);
  }

  @Override
  public byte[] config(String target) {
    return task.config(target);
  }

  @Override
  public boolean stopping() {
    return task.stopping();
  }

  @Override
  public void awaitStop() throws InterruptedException {
    task.awaitStop();
  }

  @Override
  public void onStop(Runnable hook) {
    task.onStop(hook);
  }

  @Override
  public void onSignal(String signal, Runnable hook) {
    task.onSignal(signal, hook);
  }

  @Override
  public void onFileChange(Runnable hook) {
    task.onFileChange(hook);
  }

  @Override
  public <T extends AutoCloseable> T own(T resource) {
    return task.own(resource);
  }

  @Override
  public Thread spawn(Runnable work) {
    return task.spawn(work);
  }

  @Override
  public void health(String name, BooleanSupplier check) {
    task.health(name, check);
  }

  @Override
  public void healthy() {
    task.healthy();
  }

  @Override
  public void unhealthy(String why) {
    task.unhealthy(why);
  }

  @Override
  public void exit(int code) {
    task.exit(code);
  }
}
