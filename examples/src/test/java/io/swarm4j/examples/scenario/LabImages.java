package io.swarm4j.examples.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmImages;
import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.model.HealthCheck;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/** Stand-ins for the public images of the scenarios, and the tools that they look around with. */
final class LabImages {
  private LabImages() {}

  static JvmImages all() {
    JvmImages.Builder images = JvmImages.builder();
    images.image("nginx", page("Welcome to nginx!", 80), LabImages::tools);
    images.image("host", task -> serve(task, 8080, task.env("NODE").orElse("?")), LabImages::tools);
    images.image(
        "sick",
        JvmTask::awaitStop,
        image ->
            image
                .command("unwell", (task, arguments, streams) -> 1)
                .command("well", (task, arguments, streams) -> 0)
                .health(
                    new HealthCheck(
                        new HealthCheck.Probe.Exec(List.of("unwell")),
                        Duration.ofMillis(100),
                        null,
                        1,
                        null,
                        null)));
    images.image(
        "printenv",
        task -> {
          task.env().forEach((name, value) -> task.out().println(name + "=" + value));
          task.out().println("args " + task.args() + " in " + task.workingDir());
          task.awaitStop();
        });
    images.image(
        "keeper",
        task -> {
          String secret = new String(task.secret("/run/secrets/root_pass"), UTF_8).strip();
          task.out().println("secret " + secret);
          task.awaitStop();
        });
    return images.build();
  }

  private static JvmImage page(String text, int port) {
    return task -> serve(task, port, text);
  }

  private static void serve(JvmTask task, int port, String text) throws Exception {
    task.serve(port, socket -> answer(socket, text));
    task.awaitStop();
  }

  private static void answer(Socket socket, String text) throws Exception {
    socket.getInputStream().read(new byte[4096]);
    byte[] body = text.getBytes(UTF_8);
    socket
        .getOutputStream()
        .write(
            ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(UTF_8));
    socket.getOutputStream().write(body);
  }

  /** {@code dig NAME}, and {@code cat FILE}. */
  private static void tools(JvmImages.ImageBuilder image) {
    image.command(
        "dig",
        (task, arguments, streams) -> {
          TreeSet<String> addresses = new TreeSet<>();
          for (InetAddress address : task.resolveAll(arguments.get(0))) {
            addresses.add(address.getHostAddress());
          }
          streams.stdout().write((String.join("\n", addresses) + "\n").getBytes(UTF_8));
          return 0;
        });
    image.command(
        "cat",
        (task, arguments, streams) -> {
          streams.stdout().write(task.secret(Path.of(arguments.get(0)).toString()));
          return 0;
        });
  }
}
