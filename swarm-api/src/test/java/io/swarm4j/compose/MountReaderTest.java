package io.swarm4j.compose;

import static io.swarm4j.compose.Yml.container;
import static io.swarm4j.compose.Yml.faults;
import static io.swarm4j.compose.Yml.webFaults;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Mount;
import io.swarm4j.model.Mount.MountType;
import io.swarm4j.model.MountBuilder;
import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Feature({"M12", "M20"})
class MountReaderTest {

  @Test
  void hostPathsAreBinds() {
    assertThat(container("volumes: ['/a:/b', '/c:/d:ro', '/e:/f:rw,rshared', '/g:/h:z']").mounts())
        .containsExactly(
            Mount.bind("/a", "/b"),
            MountBuilder.builder(Mount.bind("/c", "/d")).readOnly(true).build(),
            MountBuilder.builder(Mount.bind("/e", "/f")).propagation("rshared").build(),
            Mount.bind("/g", "/h"));
  }

  @Test
  void relativePathsStartFromTheFolderOfTheFile() {
    Stack stack =
        ComposeFile.read(
            "c.yml",
            "services: {web: {image: i, volumes: ['./x:/a', '../y:/b', '~/z:/c']}}",
            ComposeOptions.builder("s")
                .directory(Path.of("/srv/app"))
                .environment(Map.of("HOME", "/home/me"))
                .build());

    assertThat(stack.services().get(0).task().container().mounts())
        .extracting(Mount::source)
        .containsExactly("/srv/app/x", "/srv/y", "/home/me/z");
    assertThat(webFaults("volumes: ['~/z:/c']"))
        .containsExactly(
            "c.yml:1:38: services.web.volumes[0]: '~/z' begins with ~ but the variable HOME is not"
                + " set");
  }

  @Test
  void namedVolumesCarryTheirDefinition() {
    List<Mount> mounts =
        mounts(
            "['data:/a', 'n:/b:ro,nocopy', 'shared:/c', 'own:/d', /e]",
            "{data: , n: {driver: foo, driver_opts: {a: 1}, labels: [x=y]}, shared: {external:"
                + " true}, own: {name: exact}}");

    Map<String, String> label = Map.of(Stack.NAMESPACE_LABEL, "s");
    assertThat(mounts)
        .containsExactly(
            MountBuilder.builder(Mount.volume("s_data", "/a")).labels(label).build(),
            MountBuilder.builder(Mount.volume("s_n", "/b"))
                .readOnly(true)
                .noCopy(true)
                .driver("foo")
                .driverOptions(Map.of("a", "1"))
                .labels(Map.of(Stack.NAMESPACE_LABEL, "s", "x", "y"))
                .build(),
            Mount.volume("shared", "/c"),
            MountBuilder.builder(Mount.volume("exact", "/d")).labels(label).build(),
            MountBuilder.builder().type(MountType.VOLUME).target("/e").build());
  }

  @Test
  void longFormHasAllTypes() {
    List<Mount> mounts =
        mounts(
            "[{type: bind, source: /a, target: /b, bind: {propagation: rslave}, consistency:"
                + " cached}, {type: volume, source: data, target: /c, read_only: true, volume:"
                + " {nocopy: true}}, {type: volume, target: /d}, {type: tmpfs, target: /e, tmpfs:"
                + " {size: 64m, mode: 01777}}, {type: npipe, source: q, target: /f}]",
            "{data: {external: true}}");

    assertThat(mounts)
        .containsExactly(
            MountBuilder.builder(Mount.bind("/a", "/b")).propagation("rslave").build(),
            MountBuilder.builder(Mount.volume("data", "/c")).readOnly(true).noCopy(true).build(),
            MountBuilder.builder().type(MountType.VOLUME).target("/d").build(),
            tmpfs("/e").tmpfsBytes(64L << 20).tmpfsMode(01777).build(),
            MountBuilder.builder().type(MountType.NPIPE).source("q").target("/f").build());
  }

  @Test
  void tmpfsIsOneTextOrAList() {
    assertThat(container("tmpfs: /run").mounts()).containsExactly(tmpfs("/run").build());
    assertThat(container("tmpfs: ['/run:size=64m,mode=1777', '/tmp:ro']").mounts())
        .containsExactly(
            tmpfs("/run").tmpfsBytes(64L << 20).tmpfsMode(01777).build(),
            tmpfs("/tmp").readOnly(true).build());
  }

  @Test
  void faultsStandAtTheirMount() {
    assertThat(
            webFaults(
                "volumes: ['data:/a', /b, '/c:/b', '/d:rel', '/e:/f:what', '/g:', {target: /h},"
                    + " {type: bind, target: /i}, {type: tmpfs, target: /j, bind: {}}]"))
        .containsExactly(
            "c.yml:1:38: services.web.volumes[0]: volume 'data' is not defined at top level; add"
                + " 'volumes: {data: }', or begin a host path with / or ./",
            "c.yml:1:53: services.web.volumes[2]: '/b' stands twice; write each value once",
            "c.yml:1:62: services.web.volumes[3]: target 'rel' is no absolute path; begin it with"
                + " /",
            "c.yml:1:72: services.web.volumes[4]: mount option 'what' is not known; write ro, rw,"
                + " nocopy or a propagation such as rshared",
            "c.yml:1:86: services.web.volumes[5]: '/g:' is no mount; write"
                + " [source:]target[:options]",
            "c.yml:1:93: services.web.volumes[6]: 'type' is missing; write bind, volume or tmpfs",
            "c.yml:1:107: services.web.volumes[7]: a value is missing; write the host path of the"
                + " bind mount",
            "c.yml:1:159: services.web.volumes[8].bind: does not belong to a mount of type tmpfs;"
                + " remove it");
  }

  @Test
  void externalVolumesTakeNoSettings() {
    assertThat(faults("services: {web: {image: i}}\nvolumes: {a: {external: true, driver: x}}"))
        .containsExactly(
            "c.yml:2:39: volumes.a.driver: an external volume takes no settings but its name;"
                + " remove this key");
  }

  private static MountBuilder tmpfs(String target) {
    return MountBuilder.builder().type(MountType.TMPFS).target(target);
  }

  private static List<Mount> mounts(String list, String definitions) {
    return Yml.read(
            "services: {web: {image: i, volumes: " + list + "}}\nvolumes: " + definitions + "\n")
        .services()
        .get(0)
        .task()
        .container()
        .mounts();
  }
}
