package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.swarm4j.Convergence;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.TaskRequest;
import io.swarm4j.model.Authority;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Payload;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.Placement;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeProtocol.Certified;
import io.swarm4j.node.NodeProtocol.RenewRequest;
import io.swarm4j.raft.RaftTls;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.RealTime;
import io.swarm4j.time.Time;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whoever does not belong in is told why, and the swarm serves on. */
@Timeout(180)
class IntrudersTest {
  private static final Duration CALL = Duration.ofSeconds(20);
  private static final AtomicInteger TESTS = new AtomicInteger();

  /** One swarm for all tests: each leaves it serving. */
  @TempDir static Path home;

  private static TestNodes swarm;
  private static SwarmNode manager;

  private final Time time = new RealTime();
  @TempDir Path root;
  private TestNodes nodes;

  @BeforeAll
  static void begin() {
    swarm = new TestNodes(home);
    manager = swarm.manager();
  }

  @AfterAll
  static void end() {
    swarm.close();
  }

  @BeforeEach
  void setUp() {
    nodes = new TestNodes(root);
  }

  @AfterEach
  void theSwarmServesOn() {
    nodes.close();
    String probe = "after-" + TESTS.incrementAndGet();
    ServiceSpec spec = TestNodes.idle(probe, 1);
    manager
        .swarm()
        .services()
        .create(
            spec.withTask(spec.task().withPlacement(Placement.constrained("node.role==manager"))));
    assertThat(manager.swarm().services().await(probe, TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
  }

  // tokens

  private void refusedJoin(String token, String why) {
    SwarmNode node = nodes.start("w1");
    int members = manager.swarm().nodes().list().size();
    assertThatThrownBy(() -> node.join(token, manager.address()))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining(why);
    assertThat(node.isMember()).isFalse();
    assertThat(manager.swarm().nodes().list()).hasSize(members);
  }

  @Test
  void aTokenOfAnotherSwarmNamesBothFingerprints() {
    SwarmNode other = nodes.start("other");
    other.init();

    refusedJoin(other.joinToken(NodeRole.WORKER), "remote CA does not match fingerprint. Expected");
  }

  @Test
  void aTokenThatWasRotatedIsVoid() {
    String old = manager.joinToken(NodeRole.WORKER);
    String fresh = manager.rotateJoinToken(NodeRole.WORKER, null);

    assertThat(fresh).isNotEqualTo(old).isEqualTo(manager.joinToken(NodeRole.WORKER));
    refusedJoin(old, "A valid join token is necessary to join this cluster");
  }

  @Test
  void anExpiredTokenSaysWhen() {
    Instant past = Instant.parse("2020-01-01T00:00:00Z");

    try {
      refusedJoin(manager.rotateJoinToken(NodeRole.WORKER, past), "expired at " + past);
    } finally {
      manager.rotateJoinToken(NodeRole.WORKER, null);
    }
  }

  @Test
  void aSingleUseTokenAdmitsOneNode() {
    String token = manager.singleUseJoinToken(NodeRole.WORKER, null);
    nodes.start("w1").join(token, manager.address());
    SwarmNode second = nodes.start("w2");

    assertThatThrownBy(() -> second.join(token, manager.address()))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining("used up");
  }

  @Test
  void aMalformedTokenIsRefusedBeforeAnyoneIsCalled() {
    SwarmNode node = nodes.start("w1");

    assertThatThrownBy(() -> node.join("SWMTKN-1-x", manager.address()))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("invalid join token");
  }

  @Test
  void aWorkersTokenMakesNoManager() {
    SwarmNode node = nodes.start("w1");
    String token = manager.joinToken(NodeRole.WORKER);

    assertThatThrownBy(() -> node.join(token, manager.address(), NodeRole.MANAGER))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining("take the other token");
  }

  // certificates

  private NodeCredentials credentials(CertificateAuthority by, NodeIdentity as, Duration life) {
    KeyPair pair = CertificateAuthority.newKey();
    return new NodeCredentials(
        pair.getPrivate(),
        by.issue(CertificateAuthority.request(pair), as, life),
        SwarmAuthority.trust(authority()));
  }

  private Authority authority() {
    return manager.swarm().view().cluster().authority();
  }

  private NodeIdentity identity(NodeId node, NodeRole role) {
    return new NodeIdentity(node, role, manager.swarm().view().cluster().id());
  }

  private static RenewRequest renewal() {
    return new RenewRequest(
        new Payload(CertificateAuthority.request(CertificateAuthority.newKey())));
  }

  private void refusedCall(NodeCredentials credentials, String why) {
    try (EventLoops loops = new EventLoops("test-net", time);
        ManagerClient client =
            new ManagerClient(NodeTls.client(() -> credentials, time), loops, "x")) {
      HostPort address = HostPort.parse(manager.address());
      assertThatThrownBy(
              () ->
                  client
                      .call(address, NodeProtocol.RENEW, renewal(), CALL)
                      .toCompletableFuture()
                      .join())
          .isInstanceOf(CompletionException.class)
          .satisfies(
              failed ->
                  assertThat(((ManagerClient.Refusal) failed.getCause()).toException())
                      .isInstanceOf(PermissionDeniedException.class)
                      .hasMessageContaining(why));
    }
  }

  @Test
  void aWorkerHasNoWayIntoTheTasksOfOthers() throws Exception {
    SwarmNode worker = nodes.worker(manager, "w1");
    manager.swarm().services().create(TestNodes.idle("secluded", 1));
    manager.swarm().services().await("secluded", TestNodes.LIMIT);
    Task task = manager.swarm().services().tasks("secluded").get(0);
    NodeCredentials own =
        credentials(
            SwarmAuthority.signer(authority(), time),
            worker.identity().orElseThrow(),
            Duration.ofDays(1));
    CompletableFuture<FromTask> answer = new CompletableFuture<>();
    try (EventLoops loops = new EventLoops("test-net", time);
        ManagerClient client = new ManagerClient(NodeTls.client(() -> own, time), loops, "x");
        LeaderStreams streams = new LeaderStreams(client, manager::address)) {

      streams.open(
          task.nodeId(),
          new TaskRequest.Exec(task.id(), ExecSpec.of(List.of("echo", "hello"))),
          1_000,
          answer::complete);

      assertThat(answer.get(60, TimeUnit.SECONDS))
          .isInstanceOf(FromTask.End.class)
          .asString()
          .contains("is a worker; only managers may do this");
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() {
    NodeIdentity forged = identity(manager.id(), NodeRole.MANAGER);

    refusedCall(
        credentials(CertificateAuthority.create(time), forged, Duration.ofDays(1)),
        "was not issued by this swarm");
  }

  @Test
  void anExpiredCertificateIsRefusedWithTheRemedy() {
    NodeIdentity late = identity(manager.id(), NodeRole.MANAGER);

    refusedCall(
        credentials(SwarmAuthority.signer(authority(), time), late, Duration.ofMinutes(-1)),
        "join again");
  }

  @Test
  void aRemovedNodeIsRefusedThoughItsCertificateIsValid() {
    SwarmNode worker = nodes.worker(manager, "w1");
    NodeIdentity removed = worker.identity().orElseThrow();
    manager.swarm().nodes().remove(worker.id().toString(), true);

    refusedCall(
        credentials(SwarmAuthority.signer(authority(), time), removed, Duration.ofDays(1)),
        "was removed from swarm");
  }

  @Test
  void clocksTenMinutesApartDoNotMatter() {
    Time late = new OffsetTime(Duration.ofMinutes(10), new RealTime());
    SwarmNode worker = nodes.own(nodes.builder("w1").time(late).start());

    worker.join(manager.joinToken(NodeRole.WORKER), manager.address());

    TestNodes.awaitState(manager, worker.id(), NodeState.READY);
  }

  // wire

  private Socket socket() throws IOException {
    HostPort address = HostPort.parse(manager.address());
    Socket socket = nodes.own(new Socket(InetAddress.getByName(address.host()), address.port()));
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void readToTheEnd(InputStream in) throws IOException {
    try {
      in.readAllBytes();
    } catch (java.net.SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  @Test
  void plainHttpOnTheTlsPortIsHungUpOn() throws Exception {
    Socket socket = socket();
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

    readToTheEnd(socket.getInputStream());
  }

  @Test
  void peersThatSayNothingOrNextToNothingAreHungUpOn() throws Exception {
    Socket silent = socket();
    Socket loris = socket();
    OutputStream drip = loris.getOutputStream();
    byte[] record = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 252, 3, 3}; // a handshake that begins
    CompletableFuture<Void> dripping =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int i = 0; i < 600; i++) {
                  drip.write(record[i % record.length]);
                  manager.swarm().await(view -> false, Duration.ofMillis(100));
                }
              } catch (IOException hungUp) {
                return;
              }
              throw new AssertionError("a peer may go on for a minute");
            });

    readToTheEnd(silent.getInputStream()); // returns when the manager's patience is over
    readToTheEnd(loris.getInputStream());
    dripping.join();
  }

  @Test
  void joiningAServerWithoutTlsSaysSo() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server =
          new Thread(
              () -> {
                try (Socket peer = plain.accept()) {
                  peer.getOutputStream()
                      .write(
                          "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                  peer.getInputStream().readAllBytes();
                } catch (IOException done) {
                  // the joiner hangs up
                }
              });
      server.setDaemon(true);
      server.start();
      SwarmNode node = nodes.start("w1");

      assertThatThrownBy(
              () ->
                  node.join(
                      manager.joinToken(NodeRole.WORKER), "127.0.0.1:" + plain.getLocalPort()))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("does not speak TLS");
    }
  }

  private Status raw(byte[] message) {
    SwarmNode worker = nodes.worker(manager, "w1");
    NodeCredentials own =
        credentials(
            SwarmAuthority.signer(authority(), time),
            worker.identity().orElseThrow(),
            Duration.ofDays(1));
    MethodDescriptor<byte[], Certified> method =
        MethodDescriptor.<byte[], Certified>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(NodeProtocol.RENEW.getFullMethodName())
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new RecordMarshaller<>(Certified.class))
            .build();
    try (EventLoops loops = new EventLoops("test-net", time);
        ManagerClient client = new ManagerClient(NodeTls.client(() -> own, time), loops, "x")) {
      ManagedChannel channel = client.open(HostPort.parse(manager.address()));
      try {
        ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, message);
        return Status.OK;
      } catch (StatusRuntimeException refused) {
        return refused.getStatus();
      }
    }
  }

  @Test
  void aMessageThatIsTooLargeFailsTheCallOnly() {
    assertThat(raw(new byte[9 << 20]).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void aMalformedMessageFailsTheCallOnly() {
    Status status = raw(new byte[] {1, 127, 3, 4, 5});

    assertThat(status.isOk()).isFalse();
  }

  @Test
  void versionsWithoutOverlapAreNamed() {
    SwarmNode worker = nodes.worker(manager, "w1");
    NodeCredentials own =
        credentials(
            SwarmAuthority.signer(authority(), time),
            worker.identity().orElseThrow(),
            Duration.ofDays(1));
    try (EventLoops loops = new EventLoops("test-net", time);
        ManagerClient client =
            new ManagerClient(NodeTls.client(() -> own, time), loops, "x", "7-9")) {
      assertThatThrownBy(
              () ->
                  client
                      .call(HostPort.parse(manager.address()), NodeProtocol.RENEW, renewal(), CALL)
                      .toCompletableFuture()
                      .join())
          .hasMessageContaining("this manager speaks 1-1, the caller 7-9");
    }
  }

  // identities and directories

  @Test
  void aCopiedDataDirectoryIsFoundOut() throws Exception {
    SwarmNode worker = nodes.worker(manager, "w1");
    String copied = "another process holds a session as node " + worker.id();
    CompletableFuture<Boolean> foundOut = new CompletableFuture<>();
    AppenderBase<ILoggingEvent> log =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            if (event.getFormattedMessage().contains(copied)) {
              foundOut.complete(true);
            }
          }
        };
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(SessionCalls.class);
    logger.addAppender(log);
    Path copy = Files.createDirectory(root.resolve("copy"));
    try (Stream<Path> files = Files.list(root.resolve("w1"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().startsWith("lock")) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
    }

    nodes.start("copy");

    assertThat(foundOut).succeedsWithin(TestNodes.LIMIT);
    logger.detachAppender(log);
    TestNodes.awaitState(manager, worker.id(), NodeState.READY);
  }

  @Test
  void aDirectoryThatIsNoneIsRefused() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "x");

    assertThatThrownBy(() -> SwarmNode.builder(file.resolve("data")).start())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("cannot write in the data directory " + file.resolve("data"));
  }

  @Test
  void twoNodesDoNotShareADirectory() {
    assertThatThrownBy(() -> swarm.builder("m1").start())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("in use");
  }

  /** Also as root, whom rights do not stop: nobody writes into a file system that is read only. */
  @Test
  void aDirectoryThatCanNotBeWrittenIsRefused() throws Exception {
    Path folder = Files.createDirectory(root.resolve("unwritable"));
    Mounts.make("tmpfs", folder, "ro,size=1m");
    try {
      assertThatThrownBy(() -> SwarmNode.builder(folder.resolve("data")).start())
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("cannot write in the data directory");
    } finally {
      Mounts.end(folder);
    }
  }

  @Test
  void aFullDiskIsReportedAndHarmsNoOtherNode() throws Exception {
    Path folder = Files.createDirectory(root.resolve("full"));
    Mounts.make("tmpfs", folder, "size=64k");
    try {
      Files.write(folder.resolve("ballast"), new byte[60 << 10]);
      SwarmNode node =
          nodes.own(
              SwarmNode.builder(folder.resolve("w"))
                  .hostname("full")
                  .listen("127.0.0.1:0")
                  .images(TestNodes.IMAGES)
                  .start());

      assertThatThrownBy(() -> node.join(manager.joinToken(NodeRole.WORKER), manager.address()))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("cannot write " + folder)
          .hasMessageContaining("Make room");
      node.close();
    } finally {
      Mounts.end(folder);
    }
  }

  // the port of the managers' log

  private Socket raftSocket(NodeCredentials credentials) throws Exception {
    RaftTls tls = NodeTls.raft(() -> credentials, time);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(new KeyManager[] {tls.keys()}, new TrustManager[] {tls.trust()}, null);
    HostPort address = HostPort.parse(manager.swarm().view().node(manager.id()).manager().raft());
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(address.host(), address.port());
    nodes.own(socket);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.setSoTimeout(60_000);
    socket
        .getOutputStream()
        .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Whether the managers' log answers whoever has these credentials. */
  private boolean isLetIn(NodeCredentials credentials) throws Exception {
    try {
      return raftSocket(credentials).getInputStream().read() >= 0;
    } catch (IOException refused) {
      return false;
    }
  }

  @Test
  void onlyManagersOfTheSwarmReachItsLog() throws Exception {
    CertificateAuthority own = SwarmAuthority.signer(authority(), time);
    NodeIdentity asManager = identity(manager.id(), NodeRole.MANAGER);
    NodeIdentity asWorker = identity(manager.id(), NodeRole.WORKER);
    Duration day = Duration.ofDays(1);

    assertThat(isLetIn(credentials(own, asManager, day))).isTrue();
    assertThat(isLetIn(credentials(own, asWorker, day))).as("a worker").isFalse();
    assertThat(isLetIn(credentials(own, asManager, Duration.ofMinutes(-1))))
        .as("expired")
        .isFalse();
    assertThat(isLetIn(credentials(CertificateAuthority.create(time), asManager, day)))
        .as("of another authority")
        .isFalse();
    NodeIdentity foreign =
        new NodeIdentity(manager.id(), NodeRole.MANAGER, new Ids(Chance.secure()).cluster());
    assertThat(isLetIn(credentials(own, foreign, day))).as("of another swarm").isFalse();
  }

  @Test
  void plainTextOnTheLogsPortIsHungUpOn() throws Exception {
    HostPort address = HostPort.parse(manager.swarm().view().node(manager.id()).manager().raft());
    Socket socket = nodes.own(new Socket(address.host(), address.port()));
    socket.setSoTimeout(60_000);
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

    readToTheEnd(socket.getInputStream());
  }

  @Test
  void aHalfWrittenDirectoryIsRefusedWithTheRemedy() throws Exception {
    SwarmNode worker = nodes.worker(manager, "w1");
    worker.close();
    Files.delete(root.resolve("w1/node.properties"));

    assertThatThrownBy(() -> nodes.builder("w1").start())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("node.properties")
        .hasMessageContaining("interrupted");
  }

  @Test
  void aDamagedCertificateIsNamed() throws Exception {
    SwarmNode worker = nodes.worker(manager, "w1");
    worker.close();
    Files.writeString(root.resolve("w1/certificate.pem"), "-----BEGIN CERT");

    assertThatThrownBy(() -> nodes.builder("w1").start())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("certificate.pem")
        .hasMessageContaining("restore it from a backup");
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException();
    }
  }
}
