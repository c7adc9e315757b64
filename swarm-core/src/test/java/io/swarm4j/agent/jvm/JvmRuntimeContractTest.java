package io.swarm4j.agent.jvm;

import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.Runtime;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.testing.RuntimeContract;
import io.swarm4j.testing.TestProgram;
import io.swarm4j.time.Time;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The in-JVM runtime does what every runtime must do. */
class JvmRuntimeContractTest extends RuntimeContract {

  @Override
  protected Runtime open(Time time, Path dir, Map<String, HealthCallback> callbacks) {
    JvmImages.Builder images = JvmImages.builder();
    for (TestProgram program : TestProgram.values()) {
      images.image(
          imageName(program),
          task -> run(program, task),
          image ->
              image
                  .command("cat", JvmRuntimeContractTest::cat)
                  .command("sleep", JvmRuntimeContractTest::sleep));
    }
    JvmRuntime.Builder builder =
        JvmRuntime.builder(time).images(images.build()).logBytes(LOG_BYTES);
    callbacks.forEach(builder::callback);
    return builder.build();
  }

  @Override
  protected ContainerSpec program(TestProgram program, String... args) {
    return ContainerSpec.of(imageName(program)).withArgs(List.of(args));
  }

  private static String imageName(TestProgram program) {
    return "test/" + program.name().toLowerCase(Locale.ROOT);
  }

  private static int cat(JvmTask task, List<String> args, ExecStreams streams) throws Exception {
    streams.stdin().transferTo(streams.stdout());
    return 0;
  }

  private static int sleep(JvmTask task, List<String> args, ExecStreams streams) throws Exception {
    new CountDownLatch(1).await(Long.parseLong(args.get(0)), TimeUnit.SECONDS);
    return 0;
  }

  private static void run(TestProgram program, JvmTask task) throws Exception {
    List<String> args = task.args();
    switch (program) {
      case SLEEPER -> sleeper(task);
      case STUBBORN -> stubborn(task);
      case EXITER -> {
        task.out().println("bye");
        task.exit(Integer.parseInt(args.get(0)));
      }
      case ENVIRONMENT -> args.forEach(name -> task.out().println(name + "=" + value(task, name)));
      case ARGUMENTS -> args.forEach(arg -> task.out().println("arg=" + arg));
      case DIRECTORY -> task.out().println(task.workingDir());
      case SECRET -> task.out().write(task.secret(args.get(0)));
      case CONFIG -> task.out().write(task.config("/" + args.get(0)));
      case LINES -> lines(task, Integer.parseInt(args.get(0)));
      case BINARY -> {
        for (int value = 0; value < 256; value++) {
          if (value != '\n') {
            task.out().write(value);
          }
        }
      }
      case FLOOD -> {
        for (int i = 1; i <= Integer.parseInt(args.get(0)); i++) {
          task.out().println(String.format(Locale.ROOT, "%-100s", "line " + i));
        }
      }
      case SERVER -> {
        task.serve(Integer.parseInt(args.get(0)), connection -> serve(task, connection));
        sleeper(task);
      }
    }
  }

  private static String value(JvmTask task, String name) {
    return name.equals("HOSTNAME") ? task.hostname() : task.env(name).orElse("");
  }

  private static void sleeper(JvmTask task) throws InterruptedException {
    task.out().println("ready");
    task.awaitStop();
  }

  private static void stubborn(JvmTask task) {
    task.out().println("ready");
    CountDownLatch killed = new CountDownLatch(1);
    task.own(killed::countDown);
    while (killed.getCount() > 0) {
      try {
        killed.await();
      } catch (InterruptedException ignored) {
        // stubborn on purpose
      }
    }
  }

  private static void lines(JvmTask task, int count) throws InterruptedException {
    for (int i = 1; i <= count; i++) {
      task.out().println("out " + i);
      task.err().println("err " + i);
    }
    sleeper(task);
  }

  private static void serve(JvmTask task, Socket connection) throws Exception {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
    String request = String.valueOf(reader.readLine());
    if (request.contains("/slow")) {
      task.awaitStop();
    }
    String status = request.contains("/ok") ? "200 OK" : "500 Broken";
    connection
        .getOutputStream()
        .write(
            ("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
  }
}
