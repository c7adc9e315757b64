package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.docker.EngineAddress;
import io.swarm4j.security.Certificates;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.DockerCli.Said;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Over TCP a client needs a certificate of the right authority, and no TLS means no answer. */
@Timeout(120)
class TlsCliTest {
  private static final String WORD = "changeit";

  @TempDir static Path folder;
  private static ApiFixture fixture;
  private static EngineApi api;

  static List<Path> clis() {
    return DockerCliTest.clis();
  }

  @BeforeAll
  static void start() throws Exception {
    authority("ca");
    authority("other-ca");
    issue("server", "ca", "-ext", "san=ip:127.0.0.1");
    issue("client", "ca", "-ext", "eku=clientAuth");
    issue("stranger", "other-ca", "-ext", "eku=clientAuth");
    fixture = new ApiFixture();
    TlsOptions tls = new TlsOptions(pem("server"), pem("server.key"), pem("ca"));
    api = EngineApi.of(fixture.swarm, "m1").tls(new InetSocketAddress("127.0.0.1", 0), tls).start();
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      api.close();
      fixture.close();
    }
  }

  private static Path pem(String name) {
    return folder.resolve(name + ".pem");
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static String[] store(String name) {
    String file = folder.resolve(name + ".p12").toString();
    return new String[] {"-keystore", file, "-storepass", WORD, "-alias", name};
  }

  private static String[] with(String[] head, String... tail) {
    return Stream.of(head, tail).flatMap(Stream::of).toArray(String[]::new);
  }

  private static void generate(String name, String... more) throws Exception {
    String[] command = {"-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name, "-validity", "2"};
    keytool(with(with(command, store(name)), more));
  }

  private static void authority(String name) throws Exception {
    generate(name, "-ext", "bc:c");
    write(name);
  }

  private static void issue(String name, String authority, String... more) throws Exception {
    generate(name);
    String request = folder.resolve(name + ".csr").toString();
    String signed = folder.resolve(name + ".crt").toString();
    keytool(with(store(name), "-certreq", "-file", request));
    keytool(
        with(
            with(store(authority), "-gencert", "-infile", request, "-outfile", signed, "-rfc"),
            more));
    Files.writeString(pem(name), Files.readString(Path.of(signed)));
    Files.writeString(pem(name + ".key"), key(name));
  }

  private static void write(String authority) throws Exception {
    X509Certificate root = (X509Certificate) load(authority).getCertificate(authority);
    Files.writeString(pem(authority), Certificates.pem(List.of(root)));
  }

  private static String key(String name) throws Exception {
    return Certificates.pem((PrivateKey) load(name).getKey(name, WORD.toCharArray()));
  }

  private static KeyStore load(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
      store.load(in, WORD.toCharArray());
    }
    return store;
  }

  /** The server's certificate is for 127.0.0.1 alone. */
  @Test
  void anEngineMustBeTheOneThatItsCertificateNames() throws Exception {
    Path files = Files.createDirectory(folder.resolve("engine"));
    Files.copy(pem("ca"), files.resolve("ca.pem"));
    Files.copy(pem("client"), files.resolve("cert.pem"));
    Files.copy(pem("client.key"), files.resolve("key.pem"));
    String right = api.hosts().get(0);
    assertThat(hostname(right, files)).isEqualTo("m1");
    assertThatThrownBy(() -> hostname(right.replace("127.0.0.1", "localhost"), files))
        .hasStackTraceContaining("localhost");
  }

  private static String hostname(String host, Path certificates) throws Exception {
    EngineAddress address = new EngineAddress(URI.create(host), certificates);
    try (LocalEngine engine = new LocalEngine("tls", fixture.swarm.time(), address)) {
      return engine
          .read("/info")
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS)
          .path("Name")
          .asText();
    }
  }

  private Said nodes(Path program, String client) {
    DockerCli.requireInstalled();
    return new DockerCli(program, api.hosts().get(0), folder)
        .run(
            "--tlsverify",
            "--tlscacert",
            pem("ca").toString(),
            "--tlscert",
            pem(client).toString(),
            "--tlskey",
            pem(client + ".key").toString(),
            "node",
            "ls",
            "--format",
            "{{.Hostname}}");
  }

  @ParameterizedTest
  @MethodSource("clis")
  void aClientWithACertificateIsServedAndOthersAreNot(Path program) {
    assertThat(nodes(program, "client").lines()).containsExactlyInAnyOrder("m1", "w1");
    Said stranger = nodes(program, "stranger");
    assertThat(stranger.exit()).isNotZero();
    assertThat(stranger.out()).doesNotContain("m1");
    Said plain = new DockerCli(program, api.hosts().get(0), folder).run("node", "ls");
    assertThat(plain.exit()).isNotZero();
    assertThat(plain.out()).doesNotContain("m1");
  }

  @Test
  void plainTextGetsNoAnswer() throws Exception {
    String[] host = api.hosts().get(0).substring("tcp://".length()).split(":");
    try (Socket socket = new Socket(host[0], Integer.parseInt(host[1]))) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write("GET /info HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8)).doesNotContain("HTTP");
    }
  }
}
