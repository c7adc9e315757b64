package io.swarm4j.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * The server of the contract as a program of its own; listens on {@code SWARM_TASK_ADDRESS} and the
 * port in its first argument.
 */
public final class HttpProgram {
  private HttpProgram() {}

  /** Serves until it is ended. */
  public static void main(String[] args) throws IOException {
    InetAddress address = InetAddress.getByName(System.getenv("SWARM_TASK_ADDRESS"));
    try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]), 50, address)) {
      System.out.println("ready");
      while (true) {
        Socket connection = server.accept();
        new Thread(() -> serve(connection)).start();
      }
    }
  }

  /** Answers one request, as the contract wants it. */
  private static void serve(Socket connection) {
    try (connection) {
      String request =
          new BufferedReader(
                  new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1))
              .readLine();
      if (request != null && request.contains("/slow")) {
        new CountDownLatch(1).await();
      }
      String status = request != null && request.contains("/ok") ? "200 OK" : "500 Broken";
      connection
          .getOutputStream()
          .write(
              ("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException | InterruptedException gone) {
      // the client did not wait for the answer
    }
  }
}
