package io.swarm4j.node;

import io.swarm4j.model.Check;
import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.SwarmException;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Time;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * Makes certificates: elliptic curve P-256, a root that lives for twenty years, nodes whose
 * certificates begin an hour early so that clocks need not agree; the numbers are the reference's.
 *
 * <p>The one place that knows the library for X.509. Immutable.
 */
final class CertificateAuthority {
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final X500Principal ROOT = new X500Principal("CN=swarm-ca");
  private static final Duration ROOT_LIFE = Duration.ofDays(20 * 365);
  private static final Duration BACKDATED = Duration.ofHours(1);

  /** The least that is left of a root that a swarm changes to. */
  private static final Duration SHORTEST_ROOT_LIFE = Duration.ofDays(365);

  private final X509Certificate root;
  private final PrivateKey key;
  private final List<X509Certificate> path;
  private final Time time;

  /**
   * An authority with the key of {@code root}.
   *
   * @param path what is appended to each certificate that it issues: those that lead from its key
   *     to the root that nodes trust, that one included
   */
  CertificateAuthority(
      X509Certificate root, PrivateKey key, List<X509Certificate> path, Time time) {
    this.root = root;
    this.key = key;
    this.path = List.copyOf(path);
    this.time = time;
  }

  /** An authority with a new root. */
  static CertificateAuthority create(Time time) {
    KeyPair pair = newKey();
    Instant now = time.now();
    X509Certificate root =
        sign(
            ROOT,
            pair.getPrivate(),
            ROOT,
            pair.getPublic(),
            now.minus(BACKDATED),
            now.plus(ROOT_LIFE),
            true);
    return new CertificateAuthority(root, pair.getPrivate(), List.of(root), time);
  }

  /**
   * An authority that a user brings along.
   *
   * @throws io.swarm4j.model.InvalidSpecException if the certificate is not fit to be a root, or
   *     the key is not its own
   */
  static CertificateAuthority of(String rootPem, String keyPem, Time time) {
    List<X509Certificate> given =
        read(() -> Certificates.parse(rootPem), "root", "a certificate in PEM");
    X509Certificate root = given.get(0);
    PrivateKey key = read(() -> Certificates.parseKey(keyPem), "key", "PKCS#8 in PEM");
    Check.of("Authority")
        .that(
            given.size() == 1,
            "root",
            given.size() + " certificates",
            "one: the desired CA certificate cannot contain multiple certificates")
        .that(root.getBasicConstraints() >= 0, "root", root.getSubjectX500Principal(), "a CA")
        .that(
            root.getNotAfter().toInstant().isAfter(time.now().plus(SHORTEST_ROOT_LIFE)),
            "root",
            root.getNotAfter().toInstant(),
            "a year or more of life: CA certificate expires too soon")
        .that(belongsTo(key, root), "key", "a key", "the private key of the root certificate")
        .orThrow();
    return new CertificateAuthority(root, key, List.of(root), time);
  }

  /** Tells nothing of what can not be read: it may be a secret. */
  private static <T> T read(Supplier<T> parser, String field, String accepted) {
    try {
      return parser.get();
    } catch (SwarmException malformed) {
      throw new InvalidSpecException(
          List.of(new Fault(Fault.Code.INVALID, field, "unreadable text", accepted)));
    }
  }

  private static boolean belongsTo(PrivateKey key, X509Certificate certificate) {
    try {
      byte[] probe = {1, 2, 3};
      java.security.Signature signer = java.security.Signature.getInstance(SIGNATURE);
      signer.initSign(key);
      signer.update(probe);
      byte[] signature = signer.sign();
      signer.initVerify(certificate.getPublicKey());
      signer.update(probe);
      return signer.verify(signature);
    } catch (GeneralSecurityException unfit) {
      return false;
    }
  }

  X509Certificate root() {
    return root;
  }

  PrivateKey key() {
    return key;
  }

  /** A key for a node. */
  static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("every Java platform has curve P-256", impossible);
    }
  }

  /** Asks for a certificate for a key, in PKCS#10. */
  static byte[] request(KeyPair pair) {
    try {
      return new JcaPKCS10CertificationRequestBuilder(
              new X500Principal("CN=node"), pair.getPublic())
          .build(new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException | IOException unfit) {
      throw new SwarmException("a certificate request cannot be made", unfit);
    }
  }

  /**
   * Certifies a node's key.
   *
   * @return the node's certificate, then those that lead to the root
   * @throws PermissionDeniedException if the request does not prove that the node owns the key
   */
  List<X509Certificate> issue(byte[] request, NodeIdentity identity, Duration life) {
    Instant now = time.now();
    X509Certificate certificate =
        sign(
            root.getSubjectX500Principal(),
            key,
            new X500Principal(identity.subject()),
            requestedKey(request),
            now.minus(BACKDATED),
            now.plus(life),
            false);
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(certificate);
    chain.addAll(path);
    return chain;
  }

  private static PublicKey requestedKey(byte[] request) {
    try {
      JcaPKCS10CertificationRequest parsed = new JcaPKCS10CertificationRequest(request);
      PublicKey asked = parsed.getPublicKey();
      if (!parsed.isSignatureValid(new JcaContentVerifierProviderBuilder().build(asked))) {
        throw new PermissionDeniedException("the certificate request is not signed by its key");
      }
      return asked;
    } catch (IOException
        | GeneralSecurityException
        | PKCSException
        | OperatorCreationException damaged) {
      throw new PermissionDeniedException("the certificate request cannot be read", damaged);
    }
  }

  /** Certifies another root's key, so that those who trust this root believe the other. */
  X509Certificate crossSign(X509Certificate other) {
    Instant now = time.now();
    return sign(
        root.getSubjectX500Principal(),
        key,
        other.getSubjectX500Principal(),
        other.getPublicKey(),
        now.minus(BACKDATED),
        root.getNotAfter().toInstant(),
        true);
  }

  private static X509Certificate sign(
      X500Principal issuer,
      PrivateKey issuerKey,
      X500Principal subject,
      PublicKey subjectKey,
      Instant from,
      Instant until,
      boolean authority) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer, newSerial(), Date.from(from), Date.from(until), subject, subjectKey);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(subjectKey));
      if (authority) {
        builder.addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      } else {
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(issuerKey)));
    } catch (CertIOException | GeneralSecurityException | OperatorCreationException unfit) {
      throw new SwarmException("a certificate cannot be made", unfit);
    }
  }

  private static BigInteger newSerial() {
    Chance chance = Chance.secure();
    return new BigInteger(Long.toUnsignedString(chance.nextLong()))
        .shiftLeft(63)
        .add(BigInteger.valueOf(chance.nextLong() >>> 1))
        .add(BigInteger.ONE);
  }
}
