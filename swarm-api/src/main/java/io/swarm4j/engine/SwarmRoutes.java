package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.ClusterJson;
import io.swarm4j.engine.json.EntryJson;
import io.swarm4j.engine.json.Fields;
import io.swarm4j.engine.json.Json;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.node.EntryOptions;
import io.swarm4j.node.NewSecrets;
import io.swarm4j.store.seal.LockedException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /swarm}. */
final class SwarmRoutes {
  private final Access access;

  SwarmRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .get("/swarm", this::inspect)
        .post("/swarm/update", this::update)
        .post("/swarm/init", this::init)
        .post("/swarm/join", this::join)
        .post("/swarm/leave", this::leave)
        .get("/swarm/unlockkey", this::unlockKey)
        .post("/swarm/unlock", this::unlock);
  }

  private Response inspect(Call call) {
    Swarm swarm = access.swarm();
    ObjectNode json = ClusterJson.write(swarm.view().cluster());
    json.putObject("JoinTokens")
        .put("Worker", access.seat().joinToken(NodeRole.WORKER))
        .put("Manager", access.seat().joinToken(NodeRole.MANAGER));
    return Answers.json(json);
  }

  /** On this thread, since it waits for the swarm, whose own must not. */
  private Response update(Call call) {
    Swarm swarm = access.swarm();
    long version = call.objectVersion("swarm");
    Fields body = call.body();
    ClusterJson.Wanted wanted = ClusterJson.read(body, swarm.view().cluster().spec());
    body.end();
    access.seat().update(version, wanted.spec(), secrets(call, wanted.root()));
    return Answers.done();
  }

  private static NewSecrets secrets(Call call, NewSecrets.@Nullable Root root) {
    Set<NodeRole> tokens = EnumSet.noneOf(NodeRole.class);
    if (call.query().flag("rotateWorkerToken")) {
      tokens.add(NodeRole.WORKER);
    }
    if (call.query().flag("rotateManagerToken")) {
      tokens.add(NodeRole.MANAGER);
    }
    return new NewSecrets(tokens, call.query().flag("rotateManagerUnlockKey"), root);
  }

  private Response init(Call call) {
    Fields body = call.body();
    EntryOptions options = EntryJson.read(body);
    ClusterSpec settings = EntryJson.settings(body, access.seat().initialSettings());
    body.end();
    return Answers.json(Json.text(access.seat().init(options, settings)));
  }

  private Response join(Call call) {
    Fields body = call.body();
    EntryOptions options = EntryJson.read(body);
    List<String> managers = body.texts("RemoteAddrs");
    String token = body.text("JoinToken", "");
    body.end();
    access.seat().join(token, managers, options);
    return Answers.done();
  }

  private Response leave(Call call) {
    access.seat().leave(call.query().flag("force"));
    return Answers.done();
  }

  /** The reference answers with an empty key while managers are not locked. */
  private Response unlockKey(Call call) {
    access.swarm();
    return Answers.json(Json.object().put("UnlockKey", access.seat().unlockKey()));
  }

  private Response unlock(Call call) {
    Fields body = call.body();
    String key = body.text("UnlockKey", "");
    body.end();
    try {
      access.seat().unlock(key);
    } catch (LockedException wrongKey) {
      throw new ApiException(401, String.valueOf(wrongKey.getMessage()));
    } catch (InvalidSpecException noKey) {
      throw new ApiException(400, "invalid key string");
    } catch (ConflictException notLocked) {
      throw new ApiException(409, String.valueOf(notLocked.getMessage()));
    }
    return Answers.done();
  }
}
