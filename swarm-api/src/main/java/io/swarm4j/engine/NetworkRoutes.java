package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Fields;
import io.swarm4j.engine.json.Json;
import io.swarm4j.engine.json.NetworkJson;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.network.Networks;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code /networks}. */
final class NetworkRoutes {
  private final Access access;

  NetworkRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .later("GET", "/networks", this::list)
        .later("POST", "/networks/create", this::create)
        .later("POST", "/networks/prune", this::prune)
        .get("/networks/{id}", this::inspect)
        .later("DELETE", "/networks/{id}", this::remove);
  }

  /** The swarm's, and those of the node's engine. */
  private CompletionStage<Response> list(Call call) {
    Filters filters = call.filters("dangling", "driver", "id", "label", "name", "scope", "type");
    Swarm swarm = access.seat().swarm();
    List<Network> known = swarm == null ? List.of() : swarm.view().networks();
    List<Network> found =
        known.stream()
            .filter(network -> filters.is("driver", network.spec().driver()))
            .filter(network -> filters.any("id", network.id().toString()::contains))
            .filter(network -> filters.any("name", network.name()::contains))
            .filter(network -> filters.labels("label", network.spec().labels()))
            .filter(network -> filters.is("scope", "swarm"))
            .filter(network -> filters.is("type", network.spec().ingress() ? "builtin" : "custom"))
            .filter(
                network ->
                    !filters.has("dangling")
                        || filters.truth("dangling", true) == isDangling(network, swarm))
            .toList();
    ArrayNode ours = Json.list(found, NetworkJson::write);
    LocalEngine engine = access.engine();
    return engine == null
        ? CompletableFuture.completedFuture(Answers.json(ours))
        : LocalEngine.orIfSilent(engine.list(call), Json.array())
            .thenApply(theirs -> Answers.json(theirs.addAll(ours)));
  }

  /** Whether no service refers to a network. */
  private static boolean isDangling(Network network, @Nullable Swarm swarm) {
    return swarm == null
        || swarm.view().services().stream()
            .filter(service -> !service.isRemoved())
            .flatMap(service -> service.spec().task().networks().stream())
            .noneMatch(wish -> network.equals(Networks.find(swarm.view(), wish.network())));
  }

  private Response inspect(Call call) {
    Swarm swarm = access.member();
    Network network = swarm.networks().get(call.variable("id"));
    ObjectNode json = NetworkJson.write(network);
    if (call.query().flag("verbose")) {
      NetworkJson.addServices(json, network, swarm.view());
    }
    NetworkJson.addContainers(json, network, TaskContainers.of(access).here(), swarm.view());
    return Answers.json(json);
  }

  private CompletionStage<Response> create(Call call) {
    LocalEngine engine = access.engine();
    if (engine != null && !NetworkJson.isOfSwarm(call.request().body())) {
      return engine.answer(call);
    }
    Swarm swarm = access.swarm();
    Fields body = call.body();
    NetworkSpec spec = NetworkJson.read(body);
    body.end();
    return swarm
        .networks()
        .createAsync(spec)
        .thenApply(
            network ->
                Answers.json(
                    201,
                    Json.object()
                        .put("Id", network.id().toString())
                        .put("Warning", String.join("; ", body.warnings()))));
  }

  private CompletionStage<Response> remove(Call call) {
    return access
        .swarm()
        .networks()
        .removeAsync(call.variable("id"))
        .thenApply(removed -> Answers.noContent());
  }

  /** The engine's first: if it refuses, nothing is removed; if it is silent, ours still are. */
  private CompletionStage<Response> prune(Call call) {
    Filters filters = call.filters("label", "label!", "until");
    Swarm swarm = access.swarm();
    Instant before = before(filters, swarm.time().now());
    LocalEngine engine = access.engine();
    CompletionStage<ObjectNode> theirs =
        engine == null
            ? CompletableFuture.completedFuture(Json.object())
            : LocalEngine.orIfSilent(engine.read(call), Json.object());
    return theirs
        .thenCompose(
            answer ->
                removeUnused(swarm, network -> isWanted(network, filters, before))
                    .thenApply(ours -> Json.append(answer, "NetworksDeleted", ours)))
        .thenApply(Answers::json);
  }

  private static @Nullable Instant before(Filters filters, Instant now) {
    Set<String> until = filters.get("until");
    if (until.size() > 1) {
      throw new ApiException(400, "more than one until filter specified");
    }
    return until.stream().map(text -> Timestamps.parse(text, "until", now)).findAny().orElse(null);
  }

  private static boolean isWanted(Network network, Filters filters, @Nullable Instant before) {
    return !network.spec().ingress()
        && filters.labels("label", network.spec().labels())
        && (filters.get("label!").isEmpty() || !filters.labels("label!", network.spec().labels()))
        && (before == null || network.meta().createdAt().isBefore(before));
  }

  private static CompletionStage<ArrayNode> removeUnused(Swarm swarm, Predicate<Network> wanted) {
    CompletionStage<ArrayNode> removed = CompletableFuture.completedFuture(Json.array());
    for (Network network : swarm.networks().list()) {
      if (wanted.test(network)) {
        removed = removed.thenCompose(names -> removeIfUnused(swarm, network, names));
      }
    }
    return removed;
  }

  /** One that is used stays: that is what pruning means. */
  private static CompletionStage<ArrayNode> removeIfUnused(
      Swarm swarm, Network network, ArrayNode removed) {
    return swarm
        .networks()
        .removeAsync(network.id().toString())
        .thenApply(done -> removed.add(network.name()))
        .exceptionally(
            failure -> {
              if (Errors.cause(failure) instanceof ConflictException) {
                return removed;
              }
              throw new CompletionException(Errors.cause(failure));
            });
  }
}
