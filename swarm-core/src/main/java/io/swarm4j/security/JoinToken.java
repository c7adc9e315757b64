package io.swarm4j.security;

import io.swarm4j.model.Check;
import io.swarm4j.model.Payload;
import io.swarm4j.time.Chance;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node needs to join: {@code SWMTKN-1-<digest of the root certificate>-<secret>}, the form
 * of the reference.
 *
 * <p>The digest lets the node recognise the swarm, the secret lets the swarm admit the node. The
 * text form of the object does not show the secret.
 *
 * @param digest SHA-256 of the root certificate, 32 bytes
 * @param secret 16 bytes
 */
public record JoinToken(Payload digest, Payload secret) {
  private static final Pattern FORM = Pattern.compile("SWMTKN-1-([0-9a-z]{50})-([0-9a-z]{25})");
  private static final int RADIX = 36;
  private static final int DIGEST_BYTES = 32;
  private static final int SECRET_BYTES = 16;

  /**
   * Reads a token.
   *
   * @throws io.swarm4j.model.InvalidSpecException if the text is none; the message does not repeat
   *     it
   */
  public static JoinToken parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    boolean fits = form.matches();
    if (fits) {
      BigInteger digest = new BigInteger(form.group(1), RADIX);
      BigInteger secret = new BigInteger(form.group(2), RADIX);
      fits = digest.bitLength() <= DIGEST_BYTES * 8 && secret.bitLength() <= SECRET_BYTES * 8;
      if (fits) {
        return new JoinToken(bytes(digest, DIGEST_BYTES), bytes(secret, SECRET_BYTES));
      }
    }
    Check.of("JoinToken")
        .that(
            fits,
            "token",
            "a text of " + text.length() + " characters",
            "SWMTKN-1-<50 characters>-<25 characters>, as a manager prints it: invalid join token")
        .orThrow();
    throw new AssertionError("the check above has failed");
  }

  /** The token that admits to a swarm by one of its secrets. */
  public static JoinToken of(X509Certificate root, Payload secret) {
    return new JoinToken(new Payload(Certificates.sha256(root)), secret);
  }

  /** A secret that nobody can guess. */
  public static Payload newSecret() {
    Chance chance = Chance.secure();
    java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(SECRET_BYTES);
    bytes.putLong(chance.nextLong()).putLong(chance.nextLong());
    return new Payload(bytes.array());
  }

  /** Whether a certificate is the root that this token names. */
  public boolean names(X509Certificate root) {
    return MessageDigest.isEqual(digest.bytes(), Certificates.sha256(root));
  }

  /** Whether two secrets are the same; takes the same time whatever they are. */
  public static boolean sameSecret(Payload one, Payload other) {
    return MessageDigest.isEqual(one.bytes(), other.bytes());
  }

  /** The digest as messages show it. */
  public String digestHex() {
    return HexFormat.of().formatHex(digest.bytes());
  }

  /** The text that users copy. It is a secret. */
  public String text() {
    return "SWMTKN-1-" + base36(digest, 50) + "-" + base36(secret, 25);
  }

  private static String base36(Payload bytes, int width) {
    String digits = new BigInteger(1, bytes.bytes()).toString(RADIX);
    return "0".repeat(width - digits.length()) + digits;
  }

  private static Payload bytes(BigInteger value, int size) {
    byte[] all = value.toByteArray(); // may have a leading zero, or be short
    byte[] exact = new byte[size];
    int length = Math.min(all.length, size);
    System.arraycopy(all, all.length - length, exact, size - length, length);
    return new Payload(exact);
  }

  @Override
  public String toString() {
    return "JoinToken[digest=" + digestHex() + "]";
  }
}
