package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Fields;
import io.swarm4j.engine.json.Json;
import io.swarm4j.engine.json.PayloadJson;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretSpec;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** {@code /secrets} and {@code /configs}. */
final class PayloadRoutes {
  private final Access access;

  PayloadRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .get("/secrets", this::listSecrets)
        .later("POST", "/secrets/create", this::createSecret)
        .get("/secrets/{id}", this::inspectSecret)
        .later("POST", "/secrets/{id}/update", this::updateSecret)
        .later("DELETE", "/secrets/{id}", this::removeSecret)
        .get("/configs", this::listConfigs)
        .later("POST", "/configs/create", this::createConfig)
        .get("/configs/{id}", this::inspectConfig)
        .later("POST", "/configs/{id}/update", this::updateConfig)
        .later("DELETE", "/configs/{id}", this::removeConfig);
  }

  private Response listSecrets(Call call) {
    Filters filters = call.filters("id", "label", "name", "names");
    List<Secret> found =
        access.swarm().view().secrets().stream()
            .filter(secret -> matches(filters, secret.id().toString(), secret.spec().name()))
            .filter(secret -> filters.labels("label", secret.spec().labels()))
            .toList();
    return Answers.json(Json.list(found, PayloadJson::write));
  }

  private Response listConfigs(Call call) {
    Filters filters = call.filters("id", "label", "name", "names");
    List<Config> found =
        access.swarm().view().configs().stream()
            .filter(config -> matches(filters, config.id().toString(), config.spec().name()))
            .filter(config -> filters.labels("label", config.spec().labels()))
            .toList();
    return Answers.json(Json.list(found, PayloadJson::write));
  }

  /** {@code name} matches prefixes, {@code names} whole names, as in the reference. */
  private static boolean matches(Filters filters, String id, String name) {
    Set<String> names = filters.get("names");
    Predicate<String> whole = name::equals;
    return filters.prefix("id", id)
        && filters.prefix("name", name)
        && (names.isEmpty() || names.stream().anyMatch(whole));
  }

  private CompletionStage<Response> createSecret(Call call) {
    Swarm swarm = access.swarm();
    Fields body = call.body();
    SecretSpec spec = PayloadJson.secret(body, null);
    body.end();
    return swarm.secrets().createAsync(spec).thenApply(secret -> created(secret.id().toString()));
  }

  private CompletionStage<Response> createConfig(Call call) {
    Swarm swarm = access.swarm();
    Fields body = call.body();
    ConfigSpec spec = PayloadJson.config(body, null);
    body.end();
    return swarm.configs().createAsync(spec).thenApply(config -> created(config.id().toString()));
  }

  private static Response created(String id) {
    return Answers.json(201, Json.object().put("ID", id));
  }

  private Response inspectSecret(Call call) {
    return Answers.json(PayloadJson.write(access.swarm().secrets().get(call.variable("id"))));
  }

  private Response inspectConfig(Call call) {
    return Answers.json(PayloadJson.write(access.swarm().configs().get(call.variable("id"))));
  }

  private CompletionStage<Response> updateSecret(Call call) {
    Swarm swarm = access.swarm();
    long version = call.objectVersion("secret");
    Secret present = swarm.secrets().get(call.variable("id"));
    Fields body = call.body();
    SecretSpec wanted = PayloadJson.secret(body, present.spec().data());
    body.end();
    requireOnlyLabels(present.spec().withLabels(wanted.labels()).equals(wanted));
    return swarm
        .secrets()
        .updateLabelsAsync(present.id().toString(), version, wanted.labels())
        .thenApply(secret -> Answers.done());
  }

  private CompletionStage<Response> updateConfig(Call call) {
    Swarm swarm = access.swarm();
    long version = call.objectVersion("config");
    Config present = swarm.configs().get(call.variable("id"));
    Fields body = call.body();
    ConfigSpec wanted = PayloadJson.config(body, present.spec().data());
    body.end();
    requireOnlyLabels(present.spec().withLabels(wanted.labels()).equals(wanted));
    return swarm
        .configs()
        .updateLabelsAsync(present.id().toString(), version, wanted.labels())
        .thenApply(config -> Answers.done());
  }

  private static void requireOnlyLabels(boolean onlyLabels) {
    if (!onlyLabels) {
      throw new ApiException(
          400, "rpc error: code = InvalidArgument desc = only updates to Labels are allowed");
    }
  }

  private CompletionStage<Response> removeSecret(Call call) {
    return access
        .swarm()
        .secrets()
        .removeAsync(call.variable("id"))
        .thenApply(removed -> Answers.noContent());
  }

  private CompletionStage<Response> removeConfig(Call call) {
    return access
        .swarm()
        .configs()
        .removeAsync(call.variable("id"))
        .thenApply(removed -> Answers.noContent());
  }
}
