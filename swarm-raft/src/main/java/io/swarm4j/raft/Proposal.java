package io.swarm4j.raft;

import io.swarm4j.store.LogEntry;
import java.util.List;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** Entries on their way into the log; the leader applies the objects themselves, unencoded. */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record Proposal(List<LogEntry> entries, byte[] sealed) implements Message {

  @Override
  public ByteString getContent() {
    return UnsafeByteOperations.unsafeWrap(sealed);
  }
}
