package io.swarm4j.raft;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** How Ratis is told what {@link RaftOptions} say, and spared its worse defaults. */
final class RatisSettings {
  /** Longest entry of the log, in bytes; buffers of that size are allocated. */
  static final int LONGEST_ENTRY = 8 << 20;

  private static final long LARGEST_SEGMENT = 16 << 20;
  private static final long PREALLOCATED = 1 << 20;
  private static final int MESSAGE_SLACK = 1 << 20;

  /**
   * Pauses between tries to reach a follower, and their number: one that is back is found soon,
   * lest the loss of another manager in the meantime costs the majority.
   */
  private static final String FOLLOWER_RETRY = "1ms,10, 200ms,1000000000";

  /**
   * How long a leader may stand still without giving up the lead by itself: to lead on is safe as
   * long as the majority agrees, and to give up costs every node its session.
   */
  private static final Duration LONGEST_STANDSTILL = Duration.ofSeconds(10);

  private RatisSettings() {}

  static RaftProperties properties(RaftOptions options) {
    RaftProperties properties = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(properties, List.of(options.directory().toFile()));
    elections(properties, options.timing());
    log(properties, options.snapshotAfter());
    memory(properties);
    reads(properties);
    if (options.transport() instanceof RaftTransport.Tcp tcp) {
      tcp(properties, tcp.bind());
    } else {
      properties.set(RaftConfigKeys.Rpc.TYPE_KEY, JvmRpcType.class.getName());
    }
    return properties;
  }

  private static void elections(RaftProperties properties, RaftTiming timing) {
    Duration least = timing.electionAfter();
    Duration first = timing.firstElectionAfter();
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, of(least));
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, of(timing.longestLook()));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, of(first));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, of(first.multipliedBy(2)));
    RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
    // A leader that stood still for a moment, as in a collection of garbage, may be the only one
    // whose log is new enough to be elected.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, of(least));
    // A leader that stood still, as in a collection of garbage, goes on unless it was replaced.
    RaftServerConfigKeys.setSleepDeviationThreshold(properties, of(LONGEST_STANDSTILL));
    // A pause of the whole JVM, as of a suspended laptop, must not close the server for good.
    RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(3650, TimeUnit.DAYS));
  }

  private static void log(RaftProperties properties, long snapshotAfter) {
    SizeInBytes longest = SizeInBytes.valueOf(LONGEST_ENTRY);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, longest);
    RaftServerConfigKeys.Log.setWriteBufferSize(
        properties, SizeInBytes.valueOf(LONGEST_ENTRY + 64));
    // Space is given back by the segment.
    long segment = Math.min(LARGEST_SEGMENT, snapshotAfter / 2);
    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf(segment));
    RaftServerConfigKeys.Log.setPreallocatedSize(
        properties, SizeInBytes.valueOf(Math.min(segment, PREALLOCATED)));
    // An entry of its own for each commit index would double what is written and synced.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
    // Followers append on the thread that has the request, not on one more.
    RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(properties, false);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 1);
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
  }

  private static void memory(RaftProperties properties) {
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("16MB"));
    // No request is ever repeated under the same number.
    RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.ONE_SECOND);
    RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf("64MB"));
  }

  private static void reads(RaftProperties properties) {
    RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
  }

  private static void tcp(RaftProperties properties, InetSocketAddress bind) {
    RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
    GrpcConfigKeys.Server.setHost(properties, bind.getHostString());
    GrpcConfigKeys.Server.setPort(properties, bind.getPort());
    GrpcConfigKeys.setMessageSizeMax(
        properties, SizeInBytes.valueOf(LONGEST_ENTRY + MESSAGE_SLACK));
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, FOLLOWER_RETRY);
    GrpcConfigKeys.Server.setWorkerGroupSize(properties, 2);
    GrpcConfigKeys.Client.setWorkerGroupSize(properties, 2);
    GrpcConfigKeys.Server.setAsyncRequestThreadPoolSize(properties, 2);
  }

  static Parameters parameters(RaftOptions options) {
    RaftTransport transport = options.transport();
    Parameters parameters = new Parameters();
    if (transport instanceof RaftTransport.InJvm inJvm) {
      parameters.put(JvmRpcType.NETWORK, inJvm.network(), JvmNetwork.class);
      parameters.put(
          JvmRpcType.THREADS,
          options.time().newThreads("swarm-raft-" + options.id()),
          ThreadFactory.class);
    } else if (transport instanceof RaftTransport.Tcp tcp && tcp.tls() != null) {
      GrpcConfigKeys.TLS.setConf(
          parameters, new GrpcTlsConfig(tcp.tls().keys(), tcp.tls().trust(), true));
    }
    return parameters;
  }

  private static TimeDuration of(Duration duration) {
    return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
  }
}
