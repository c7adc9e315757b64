package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Meta;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.node.NodeProtocol.WriteOutcome;
import io.swarm4j.node.NodeProtocol.WriteRequest;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.VirtualTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader that is written to, and requests that other managers ran on the state before. */
class ForwardedWritesTest {
  private final VirtualTime time = new VirtualTime(11);
  private final ForwardedWrites forwarded = new ForwardedWrites();
  private final Manager leader =
      new Manager(
          time.newLoop("leader"),
          time.newChance(),
          MemoryLog.single(),
          EndpointGate.OPEN,
          List.of(forwarded));
  private long requests;

  @BeforeEach
  void start() {
    leader.open();
    time.settle();
  }

  private View view() {
    return leader.store().view();
  }

  private void write(Consumer<Transaction> work) {
    leader
        .control()
        .submit(
            tx -> {
              work.accept(tx);
              return true;
            });
    time.settle();
  }

  private WriteRequest requestOn(View base, Consumer<Transaction> work) {
    StoreTransaction tx = new StoreTransaction(base, time.now(), Integer.MAX_VALUE);
    work.accept(tx);
    return Forwarder.write(base, tx, tx.netChanges(), ++requests);
  }

  private boolean isCommitted(WriteRequest request) {
    var outcome = leader.control().submit(tx -> forwarded.apply(tx, request)).toCompletableFuture();
    time.settle();
    WriteOutcome heard = outcome.join();
    return heard.committed() != null;
  }

  private Consumer<Transaction> create(ServiceSpec spec) {
    Service created = Service.create(leader.control().ids().service(), spec);
    return tx -> tx.put(created);
  }

  private static Consumer<Transaction> change(String name, UnaryOperator<ServiceSpec> change) {
    return tx -> {
      Service present = Objects.requireNonNull(tx.serviceNamed(name));
      ServiceWrites.update(tx, present, change.apply(present.spec()));
    };
  }

  private static Consumer<Transaction> label(String name, int value) {
    return change(name, spec -> spec.withLabels(Map.of("count", Integer.toString(value))));
  }

  private static UnaryOperator<ServiceSpec> publishing(int port) {
    return spec -> spec.withEndpoint(EndpointSpec.publish(PortSpec.ingress(port, 80)));
  }

  private Consumer<Transaction> secret(String name, int version) {
    Secret made =
        new Secret(leader.control().ids().secret(), Meta.NEW, SecretSpec.of(name, "hush"), version);
    return tx -> tx.put(made);
  }

  @Test
  void aServiceIsChangedThoughAnotherIsWrittenToWithoutPause() {
    write(create(ServiceSpec.of("busy", "idle")));
    write(create(ServiceSpec.of("mine", "idle")));

    for (int i = 1; i <= 20; i++) {
      View base = view();
      write(label("busy", i));
      assertThat(isCommitted(requestOn(base, label("mine", i)))).as("round %d", i).isTrue();
    }

    assertThat(Objects.requireNonNull(view().serviceNamed("mine")).spec().labels())
        .containsEntry("count", "20");
    assertThat(Objects.requireNonNull(view().serviceNamed("busy")).spec().labels())
        .containsEntry("count", "20");
  }

  @Test
  void whatWasChangedByOthersIsNotOverwritten() {
    write(create(ServiceSpec.of("web", "idle")));
    View base = view();
    write(label("web", 1));

    assertThat(isCommitted(requestOn(base, label("web", 2)))).isFalse();

    assertThat(Objects.requireNonNull(view().serviceNamed("web")).spec().labels())
        .containsEntry("count", "1");
  }

  @Test
  void aNameThatWasTakenMeanwhileIsNotGivenTwice() {
    View base = view();
    write(create(ServiceSpec.of("web", "idle")));
    write(secret("key", 1));

    assertThat(isCommitted(requestOn(base, create(ServiceSpec.of("WEB", "idle"))))).isFalse();
    assertThat(isCommitted(requestOn(base, secret("key", 1)))).isFalse();
    assertThat(isCommitted(requestOn(base, create(ServiceSpec.of("other", "idle"))))).isTrue();
    assertThat(isCommitted(requestOn(base, secret("key2", 1)))).isTrue();
  }

  @Test
  void aPortThatWasTakenMeanwhileIsNotGivenTwice() {
    write(create(ServiceSpec.of("one", "idle")));
    write(create(ServiceSpec.of("two", "idle")));
    View base = view();
    write(change("one", publishing(8080)));

    assertThat(isCommitted(requestOn(base, change("two", publishing(8080))))).isFalse();
    assertThat(isCommitted(requestOn(base, change("two", publishing(8081))))).isTrue();
  }

  @Test
  void aReferenceToWhatWasDeletedMeanwhileIsNotStored() {
    write(create(ServiceSpec.of("web", "idle")));
    write(secret("key", 1));
    View base = view();
    write(tx -> tx.delete(Objects.requireNonNull(tx.secretNamed("key")).id()));

    Consumer<Transaction> use =
        change(
            "web",
            spec ->
                spec.withTask(
                    spec.task()
                        .withContainer(
                            spec.task()
                                .container()
                                .withSecrets(List.of(SecretReference.of("key"))))));

    assertThat(isCommitted(requestOn(base, use))).isFalse();
  }

  @Test
  void whatWasCreatedAndDeletedIsNotCreatedAgainByARepeatedRequest() {
    View base = view();
    WriteRequest request = requestOn(base, secret("key", 1));
    assertThat(isCommitted(request)).isTrue();
    write(tx -> tx.delete(Objects.requireNonNull(tx.secretNamed("key")).id()));

    assertThat(isCommitted(request)).isFalse();

    assertThat(view().secrets()).isEmpty();
  }

  @Test
  void aRequestThatWroteSeveralObjectsIsNotSplit() {
    write(create(ServiceSpec.of("busy", "idle")));
    write(create(ServiceSpec.of("one", "idle")));
    write(create(ServiceSpec.of("two", "idle")));
    View base = view();
    write(label("busy", 1));

    assertThat(isCommitted(requestOn(base, label("one", 1).andThen(label("two", 1))))).isFalse();
    assertThat(isCommitted(requestOn(view(), label("one", 1).andThen(label("two", 1))))).isTrue();
  }
}
