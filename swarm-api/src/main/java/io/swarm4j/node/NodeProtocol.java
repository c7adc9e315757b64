package io.swarm4j.node;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.agent.protocol.ToTask;
import io.swarm4j.event.AuditReport;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Payload;
import io.swarm4j.store.LogEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What nodes of different processes say to each other: gRPC methods whose messages are records in
 * the store's own encoding, so that the objects of the in-memory protocol travel as they are.
 *
 * <p>Records only grow at their end; what changes the meaning of something raises {@link #VERSION}.
 */
final class NodeProtocol {
  /** The newest version of the protocol that this build speaks. */
  static final int VERSION = 1;

  /** The oldest one that it still speaks. */
  static final int OLDEST_VERSION = 1;

  /** Versions that the caller speaks, {@code oldest-newest}. */
  static final Metadata.Key<String> VERSIONS = text("swarm4j-versions");

  /** Where to go instead: address of the leader, if the manager knows it. */
  static final Metadata.Key<String> LEADER = text("swarm4j-leader");

  /** Tells a process from the one that had the same identity before it. */
  static final Metadata.Key<String> INCARNATION = text("swarm4j-incarnation");

  private static final String SERVICE = "swarm4j.Node/";

  /** Admits a node that has no certificate yet. */
  static final MethodDescriptor<JoinRequest, Admission> JOIN =
      method("Join", MethodType.UNARY, JoinRequest.class, Admission.class);

  /** Gives a node a new certificate, for the role that it has now. */
  static final MethodDescriptor<RenewRequest, Certified> RENEW =
      method("Renew", MethodType.UNARY, RenewRequest.class, Certified.class);

  /** A node's session with the leader's dispatcher. */
  static final MethodDescriptor<ToManager, FromManager> SESSION =
      method("Session", MethodType.BIDI_STREAMING, ToManager.class, FromManager.class);

  /** Commits what a manager that does not lead has made of a request. Managers only. */
  static final MethodDescriptor<WriteRequest, WriteOutcome> WRITE =
      method("Write", MethodType.UNARY, WriteRequest.class, WriteOutcome.class);

  /** Streams to tasks, for a manager that does not lead. Managers only. */
  static final MethodDescriptor<ToStream, FromStream> STREAMS =
      method("Streams", MethodType.BIDI_STREAMING, ToStream.class, FromStream.class);

  /** Makes the caller one of the group of managers, where it is not yet. Managers only. */
  static final MethodDescriptor<ManageRequest, Done> MANAGE =
      method("Manage", MethodType.UNARY, ManageRequest.class, Done.class);

  /** What the manager that is asked has on record. Managers only. */
  static final MethodDescriptor<AuditRequest, AuditReport.Part> AUDIT =
      method("Audit", MethodType.UNARY, AuditRequest.class, AuditReport.Part.class);

  /** Takes the caller out of the swarm. */
  static final MethodDescriptor<LeaveRequest, Done> LEAVE =
      method("Leave", MethodType.UNARY, LeaveRequest.class, Done.class);

  private NodeProtocol() {}

  private static <Q, A> MethodDescriptor<Q, A> method(
      String name, MethodType type, Class<Q> request, Class<A> response) {
    return MethodDescriptor.<Q, A>newBuilder()
        .setType(type)
        .setFullMethodName(SERVICE + name)
        .setRequestMarshaller(new RecordMarshaller<>(request))
        .setResponseMarshaller(new RecordMarshaller<>(response))
        .build();
  }

  private static Metadata.Key<String> text(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /**
   * Asks to be admitted.
   *
   * @param secret the secret of a join token
   * @param request a PKCS#10 request for the node's key
   * @param hostname the node's name
   * @param role the role that the node expects to get; null if it takes any
   */
  record JoinRequest(Payload secret, Payload request, String hostname, @Nullable NodeRole role) {}

  /**
   * A node is admitted.
   *
   * @param certified its certificate
   * @param address the address that its tasks and published ports have, which the swarm gave it;
   *     empty if the node shall say so itself
   * @param managers where managers are found
   */
  record Admission(Certified certified, String address, List<String> managers) {}

  /** Asks for a certificate for a key. */
  record RenewRequest(Payload request) {}

  /**
   * A certificate.
   *
   * @param chain the node's, then those that lead to a root, PEM
   * @param roots the roots to be trusted from now on, PEM
   * @param group what a manager needs beside it; null for a worker
   */
  record Certified(String chain, String roots, @Nullable Group group) {}

  /**
   * The managers' replicated log.
   *
   * @param id identity of the group
   * @param keys what its entries are encrypted with
   */
  record Group(String id, Payload keys) {}

  /**
   * A manager takes part, or takes part again.
   *
   * @param address where nodes find it
   * @param raft where other managers find its copy of the log
   */
  record ManageRequest(String address, String raft) {}

  /** What a manager says in a session. */
  sealed interface FromManager {

    /** Something of the dispatcher's. */
    record Says(ToNode message) implements FromManager {}

    /** Where managers are found now. */
    record ManagersAre(List<String> addresses) implements FromManager {}

    /**
     * Which roots are to be trusted, and whether the node shall renew its certificate now: its role
     * or the root has changed.
     */
    record Trusts(String roots, boolean renew) implements FromManager {}
  }

  /**
   * What a request did to the state that another manager has.
   *
   * @param base revision of the state that it was run on
   * @param changes what it became, its revision being {@code base + 1}
   * @param expected for each put and delete in that order, the version of the object that it
   *     replaces; 0 for none
   * @param number tells it from all other requests; the same when it is sent again
   */
  record WriteRequest(long base, LogEntry changes, List<Long> expected, long number) {}

  /**
   * What became of a write.
   *
   * @param committed the revision that it is part of; null if it was refused since the state on
   *     which it rests is not the newest
   * @param newest a revision to catch up with before the request is run again
   */
  record WriteOutcome(@Nullable Long committed, long newest) {}

  /**
   * What a manager says in one of its streams by way of the leader; the first part opens it.
   *
   * @param stream tells streams of one call apart
   * @param node where the task is
   */
  record ToStream(long stream, NodeId node, ToTask part) {}

  /** What a node answers in a stream. */
  record FromStream(long stream, FromTask part) {}

  /** Asks a manager for its audit trail. */
  record AuditRequest() {}

  /** The caller leaves for good. */
  record LeaveRequest(String reason) {}

  /** Nothing more to say. */
  record Done(long revision) {}
}
