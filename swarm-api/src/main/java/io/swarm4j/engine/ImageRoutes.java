package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.ImageResolver.ResolvedImage;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Digests;
import io.swarm4j.engine.json.Json;
import io.swarm4j.model.Task;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * Images, volumes and disk space, as far as tasks show them: other runtimes have no such stores.
 */
final class ImageRoutes {
  private final Access access;

  ImageRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .get("/images/json", this::list)
        .get("/images/{name...}/json", this::inspect)
        .later("GET", "/distribution/{name...}/json", this::distribution)
        .get("/volumes", call -> Answers.json(noVolumes()))
        .get("/volumes/{id}", this::noVolume)
        .get("/system/df", this::diskUse);
  }

  private Response list(Call call) {
    Filters filters = call.filters("reference");
    List<ObjectNode> found =
        images().values().stream()
            .filter(image -> filters.any("reference", wanted -> isNamed(image, wanted)))
            .toList();
    return Answers.json(Json.list(found, image -> image));
  }

  private static boolean isNamed(ObjectNode image, String wanted) {
    String tag = image.get("RepoTags").get(0).textValue();
    return tag.equals(wanted) || tag.substring(0, tag.lastIndexOf(':')).equals(wanted);
  }

  /** The images that this node's tasks run or ran, by reference. */
  private Map<String, ObjectNode> images() {
    TaskContainers containers = TaskContainers.of(access);
    Map<String, ObjectNode> images = new TreeMap<>();
    Map<String, Integer> uses = new TreeMap<>();
    for (Task task : containers.here()) {
      String reference = containers.view().specOf(task).task().container().image();
      uses.merge(reference, 1, Integer::sum);
      images.computeIfAbsent(
          reference,
          each -> {
            ObjectNode node = Json.object().put("Id", Digests.imageId(each)).put("ParentId", "");
            node.putArray("RepoTags").add(tag(each));
            node.putArray("RepoDigests");
            return node.put("Created", task.meta().createdAt().getEpochSecond())
                .put("Size", 0)
                .put("SharedSize", -1)
                .putNull("Labels");
          });
    }
    images.forEach((reference, node) -> node.put("Containers", uses.get(reference)));
    return images;
  }

  /** As the reference has it: what was pulled by digest has no tag. */
  private static String tag(String reference) {
    if (reference.contains("@")) {
      return "<none>:<none>";
    }
    boolean tagged = reference.lastIndexOf(':') > reference.lastIndexOf('/');
    return tagged ? reference : reference + ":latest";
  }

  private Response inspect(Call call) {
    for (ObjectNode image : images().values()) {
      String id = image.get("Id").textValue();
      String name = call.variable("name");
      if (image.get("RepoTags").get(0).textValue().equals(name)
          || id.equals(name)
          || (name.length() >= 4 && id.startsWith("sha256:" + name))) {
        return Answers.json(image);
      }
    }
    throw new ApiException(404, "No such image: " + call.variable("name"));
  }

  /** What a registry has; clients write its digest into the specs that they send. */
  private CompletionStage<Response> distribution(Call call) {
    String name = call.variable("name");
    return access
        .swarm()
        .imageResolver()
        .resolve(name, call.request().header("X-Registry-Auth"))
        .thenApply(found -> found.orElseThrow(() -> unasked(name)))
        .thenApply(ImageRoutes::distribution);
  }

  private static ApiException unasked(String name) {
    return new ApiException(
        404,
        "no registry is asked for " + name + ": each node takes the image from its own runtime");
  }

  private static Response distribution(ResolvedImage image) {
    ObjectNode node = Json.object();
    node.putObject("Descriptor")
        .put("mediaType", image.mediaType())
        .put("digest", image.digest())
        .put("size", image.size());
    ArrayNode platforms = node.putArray("Platforms");
    image
        .platforms()
        .forEach(
            each ->
                platforms
                    .addObject()
                    .put("architecture", each.architecture())
                    .put("os", each.os()));
    return Answers.json(node);
  }

  private static ObjectNode noVolumes() {
    ObjectNode node = Json.object();
    node.putArray("Volumes");
    return node.putNull("Warnings");
  }

  private Response noVolume(Call call) {
    throw new ApiException(404, "get " + call.variable("id") + ": no such volume");
  }

  private Response diskUse(Call call) {
    ObjectNode node = Json.object().put("LayersSize", 0);
    node.set("Images", Json.list(images().values(), image -> image));
    node.putArray("Containers");
    node.putArray("Volumes");
    node.putArray("BuildCache");
    return Answers.json(node);
  }
}
