package io.swarm4j.network.lb.measure;

import io.swarm4j.network.lb.Backend;
import io.swarm4j.network.lb.Balancer;
import io.swarm4j.network.lb.BalancerConfig;
import io.swarm4j.network.lb.Frontend;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A process with a balancer in front of one port; it prints the port that it listens on and ends
 * with its standard input.
 */
final class BalancerProcess {
  private BalancerProcess() {}

  public static void main(String[] args) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    Backend backend =
        new Backend("a", new InetSocketAddress(loopback, Integer.parseInt(args[0])), true);
    Frontend frontend = Frontend.tcp("web", new InetSocketAddress(loopback, 0), List.of(backend));
    Balancer balancer = Balancer.builder("measure").threads(Integer.parseInt(args[1])).build();
    balancer
        .apply(new BalancerConfig(1, List.of(frontend)))
        .thenAccept(applied -> System.out.println(applied.listening().get(0).actual().getPort()));
    Children.endWithStandardInput();
    Thread.currentThread().join();
  }
}
