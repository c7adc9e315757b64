package io.swarm4j.raft;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.ratis.thirdparty.io.grpc.EquivalentAddressGroup;
import org.apache.ratis.thirdparty.io.grpc.NameResolver;
import org.apache.ratis.thirdparty.io.grpc.NameResolverProvider;
import org.apache.ratis.thirdparty.io.grpc.NameResolverRegistry;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusOr;
import org.jspecify.annotations.Nullable;

/**
 * Resolves identities of members to their present addresses, where Ratis dials {@code
 * swarm4j:///group/member}.
 *
 * <p>gRPC keeps its resolvers per JVM, so this is one for all groups; it holds the address books of
 * the logs that are open.
 */
final class MemberResolver extends NameResolverProvider {
  private static final String SCHEME = "swarm4j";
  private static final MemberResolver INSTANCE = new MemberResolver();

  static {
    NameResolverRegistry.getDefaultRegistry().register(INSTANCE);
  }

  private final Map<String, List<AddressBook>> books = new ConcurrentHashMap<>();

  private MemberResolver() {}

  /** What a member's address is called in the configuration of a group. */
  static String target(String group, String member) {
    return SCHEME + ":///" + group + "/" + member;
  }

  /** Resolves the members of a group by a book; returns what ends that. */
  static Runnable use(String group, AddressBook book) {
    INSTANCE.books.computeIfAbsent(group, first -> new CopyOnWriteArrayList<>()).add(book);
    return () ->
        INSTANCE.books.computeIfPresent(
            group,
            (same, present) -> {
              present.remove(book);
              return present.isEmpty() ? null : present;
            });
  }

  @Override
  public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
    String[] path = target.getPath().split("/");
    return SCHEME.equals(target.getScheme()) && path.length == 3
        ? new Resolver(path[1], path[2])
        : null;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  private final class Resolver extends NameResolver {
    private final String group;
    private final String member;
    private @Nullable Listener2 listener;
    private List<Runnable> unsubscribe = List.of();

    Resolver(String group, String member) {
      this.group = group;
      this.member = member;
    }

    /** The host name that TLS checks the other side's certificate against. */
    @Override
    public String getServiceAuthority() {
      return member;
    }

    @Override
    public void start(Listener2 newListener) {
      listener = newListener;
      unsubscribe =
          books.getOrDefault(group, List.of()).stream()
              .map(book -> book.onChange(this::refresh))
              .toList();
      refresh();
    }

    @Override
    public void refresh() {
      Listener2 told = listener;
      if (told == null) {
        return;
      }
      Optional<InetSocketAddress> address =
          books.getOrDefault(group, List.of()).stream()
              .flatMap(book -> book.find(member).stream())
              .findFirst();
      if (address.isEmpty()) {
        told.onError(Status.UNAVAILABLE.withDescription("no address of manager " + member));
        return;
      }
      InetSocketAddress found = address.get();
      InetSocketAddress resolved =
          found.isUnresolved()
              ? new InetSocketAddress(found.getHostString(), found.getPort())
              : found;
      told.onResult(
          ResolutionResult.newBuilder()
              .setAddressesOrError(
                  StatusOr.fromValue(List.of(new EquivalentAddressGroup(resolved))))
              .build());
    }

    @Override
    public void shutdown() {
      unsubscribe.forEach(Runnable::run);
      listener = null;
    }
  }
}
