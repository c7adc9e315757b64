package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.TerminalSize;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Fields;
import io.swarm4j.engine.json.Json;
import io.swarm4j.model.Task;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Commands beside tasks, and connections to tasks themselves. */
final class ExecRoutes {
  private static final String ACTOR = "engine api";

  private final Access access;
  private final ExecSessions sessions;

  ExecRoutes(Access access, ExecSessions sessions) {
    this.access = access;
    this.sessions = sessions;
  }

  void addTo(Routes routes) {
    routes
        .post("/containers/{id}/exec", this::create)
        .post("/exec/{id}/start", this::start)
        .post("/exec/{id}/resize", this::resize)
        .get("/exec/{id}/json", this::inspect)
        .post("/containers/{id}/attach", this::attach)
        .post("/containers/{id}/resize", this::resizeTask);
  }

  private Response create(Call call) {
    Task task = TaskContainers.of(access).find(call.variable("id"));
    Fields body = call.body();
    List<String> command = body.texts("Cmd");
    if (command.isEmpty()) {
      throw new ApiException(400, "No exec command specified");
    }
    boolean tty = body.flag("Tty");
    boolean stdin = body.flag("AttachStdin");
    Map<String, String> env = new LinkedHashMap<>();
    for (String entry : body.texts("Env")) {
      int equals = entry.indexOf('=');
      env.put(
          equals < 0 ? entry : entry.substring(0, equals),
          equals < 0 ? "" : entry.substring(equals + 1));
    }
    var spec = ExecSpec.builder().command(command).env(env).stdin(stdin).tty(tty).actor(ACTOR);
    String user = body.text("User");
    if (user != null) {
      spec.user(user);
    }
    String folder = body.text("WorkingDir");
    if (folder != null) {
      spec.workingDir(folder);
    }
    body.text("containerId"); // which some clients repeat
    body.flag("AttachStdout");
    body.flag("AttachStderr");
    body.flag("Detach");
    body.text("DetachKeys");
    body.numbers("ConsoleSize");
    body.text("ContainerId"); // docker-java repeats what the path says
    body.end();
    ExecSessions.Session session =
        sessions.create(task.id(), TaskContainers.id(task), spec.build());
    return Answers.json(201, Json.object().put("Id", session.id()));
  }

  private Response start(Call call) {
    Swarm swarm = access.member();
    ExecSessions.Session session = sessions.get(call.variable("id"));
    Fields body = call.body();
    boolean detach = body.flag("Detach");
    boolean tty = body.flag("Tty");
    List<Long> size = body.numbers("ConsoleSize");
    body.end();
    session.begin();
    ExecSpec spec = session.spec();
    if (size.size() == 2 && tty && size.get(0) > 0 && size.get(1) > 0) {
      spec = spec.withSize(size(size.get(1), size.get(0)));
    }
    ExecSpec sized = spec;
    if (detach) {
      session.running(
          swarm
              .tasks()
              .exec(session.task().toString(), sized, io.swarm4j.agent.ExecStreams.none()));
      return Answers.done();
    }
    return Hijack.response(
        tty,
        streams -> {
          var run = swarm.tasks().exec(session.task().toString(), sized, streams);
          session.running(run);
          return run;
        });
  }

  private Response resize(Call call) {
    sessions.get(call.variable("id")).resize(size(call));
    return Answers.done();
  }

  /** Tasks have no terminal that a client could resize: theirs keeps its size. */
  private Response resizeTask(Call call) {
    TaskContainers.of(access).find(call.variable("id"));
    size(call);
    return Answers.done();
  }

  private static TerminalSize size(Call call) {
    return size(call.count("w"), call.count("h"));
  }

  private static TerminalSize size(long columns, long rows) {
    if (columns < 1 || columns > TerminalSize.LARGEST || rows < 1 || rows > TerminalSize.LARGEST) {
      throw new ApiException(
          400,
          "invalid size of a terminal, h=%d w=%d: give rows and columns, 1 to %d each"
              .formatted(rows, columns, TerminalSize.LARGEST));
    }
    return new TerminalSize((int) columns, (int) rows);
  }

  private Response inspect(Call call) {
    ExecSessions.Session session = sessions.get(call.variable("id"));
    ExecSpec spec = session.spec();
    ObjectNode node = Json.object().put("ID", session.id()).put("Running", session.isRunning());
    Integer exit = session.exitCode();
    if (exit == null) {
      node.putNull("ExitCode");
    } else {
      node.put("ExitCode", exit);
    }
    ObjectNode process =
        node.putObject("ProcessConfig")
            .put("tty", spec.tty())
            .put("entrypoint", spec.command().get(0));
    ArrayNode arguments = process.putArray("arguments");
    spec.command().stream().skip(1).forEach(arguments::add);
    process.put("privileged", false);
    return Answers.json(
        node.put("OpenStdin", spec.stdin())
            .put("OpenStderr", true)
            .put("OpenStdout", true)
            .put("CanRemove", !session.isRunning())
            .put("ContainerID", session.container())
            .put("DetachKeys", "")
            .put("Pid", 0));
  }

  private Response attach(Call call) {
    Swarm swarm = access.member();
    Task task = TaskContainers.of(access).find(call.variable("id"));
    var container = swarm.view().specOf(task).task().container();
    boolean stdin = call.query().flag("stdin") && container.openStdin();
    return Hijack.response(
        container.tty(),
        streams -> swarm.tasks().attach(task.id().toString(), ACTOR, stdin, streams));
  }
}
