package io.swarm4j.security;

import io.swarm4j.model.SwarmException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text and byte forms of certificates and keys. */
public final class Certificates {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");
  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Certificates() {}

  /**
   * Reads certificates.
   *
   * @param pem one or several, in PEM
   * @throws SwarmException if there is none, or one is damaged
   */
  public static List<X509Certificate> parse(String pem) {
    StringBuilder blocks = new StringBuilder(); // without keys that may stand between them
    CERTIFICATE.matcher(pem).results().forEach(block -> blocks.append(block.group()).append('\n'));
    byte[] encoded = blocks.toString().getBytes(StandardCharsets.US_ASCII);
    try {
      List<X509Certificate> certificates = new ArrayList<>();
      for (Certificate each :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(encoded))) {
        certificates.add((X509Certificate) each);
      }
      if (certificates.isEmpty()) {
        throw new SwarmException("there is no certificate where one should be");
      }
      return certificates;
    } catch (CertificateException damaged) {
      throw new SwarmException("a certificate cannot be read: " + damaged.getMessage(), damaged);
    }
  }

  /** Writes certificates as PEM, one after the other. */
  public static String pem(List<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    certificates.forEach(each -> text.append(block("CERTIFICATE", der(each))));
    return text.toString();
  }

  /** Writes a private key as PEM. The text is a secret. */
  public static String pem(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded());
  }

  private static String block(String type, byte[] bytes) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + LINES.encodeToString(bytes)
        + "\n-----END "
        + type
        + "-----\n";
  }

  /**
   * Reads the private key in a PEM text.
   *
   * @throws SwarmException if there is none, or it is damaged; the message does not show it
   */
  public static PrivateKey parseKey(String pem) {
    Matcher key = KEY.matcher(pem);
    if (!key.find()) {
      throw new SwarmException("there is no private key where one should be");
    }
    try {
      return readKey(Base64.getMimeDecoder().decode(key.group(1)));
    } catch (IllegalArgumentException damaged) {
      throw new SwarmException("a private key cannot be read: it is not base 64");
    }
  }

  /** Reads an elliptic-curve key from its PKCS#8 form. */
  public static PrivateKey readKey(byte[] pkcs8) {
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException damaged) {
      throw new SwarmException("a private key cannot be read: it is damaged");
    }
  }

  /** SHA-256 of a certificate's DER form. */
  public static byte[] sha256(X509Certificate certificate) {
    return sha256(der(certificate));
  }

  /** What messages call a certificate: its SHA-256 in hexadecimal digits. */
  public static String fingerprint(X509Certificate certificate) {
    return HexFormat.of().formatHex(sha256(certificate));
  }

  /** What messages call a key: the SHA-256 of its public half in hexadecimal digits. */
  public static String fingerprint(PublicKey key) {
    return HexFormat.of().formatHex(sha256(key.getEncoded()));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateException damaged) {
      throw new SwarmException("a certificate cannot be written", damaged);
    }
  }
}
