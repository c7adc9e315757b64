package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.network.dataplane.Difference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes what a host's kernel encrypts for overlays. Blocks; not thread-safe. */
final class Ipsec {
  private static final Pattern SPI = Pattern.compile("\\bspi (0x[0-9a-f]{8})\\b");
  private static final String PROBE = "src 127.0.0.1 dst 127.0.0.1 proto esp spi 0x53344a00";

  private final NetworkNamespace namespace;
  private final Commands commands;

  Ipsec(NetworkNamespace namespace, Commands commands) {
    this.namespace = namespace;
    this.commands = commands;
  }

  /** Why this host can not encrypt overlays; empty if it can. */
  String obstacle() {
    try {
      ip(
          List.of(
              "xfrm state add "
                  + PROBE
                  + " mode transport aead rfc4106(gcm(aes)) 0x"
                  + "00".repeat(20)
                  + " 128"));
      ip(List.of("xfrm state delete " + PROBE));
      return "";
    } catch (KernelException refused) {
      return String.valueOf(refused.getMessage()).strip();
    }
  }

  /**
   * Begins what the new configuration asks for; what the old one does goes on, so that no packet
   * leaves unencrypted and none is lost that somebody sends by the old keys.
   */
  void begin(Encryption before, Encryption after, EncryptionTable table, EncryptionTable next) {
    List<String> changes = new ArrayList<>();
    after
        .states()
        .forEach((id, content) -> addIfOther("state add", id, content, before.states(), changes));
    after
        .policies()
        .forEach(
            (id, content) -> addIfOther("policy update", id, content, before.policies(), changes));
    ip(changes);
    if (!table.with(next).equals(table)) {
      nft(table.with(next));
    }
  }

  private static void addIfOther(
      String verb, String id, String content, Map<String, String> before, List<String> changes) {
    if (!content.equals(before.get(id))) {
      changes.add("xfrm " + verb + " " + id + " " + content);
    }
  }

  /** Ends what the new configuration does not ask for. */
  void end(Encryption before, Encryption after, EncryptionTable table, EncryptionTable next) {
    if (!table.with(next).equals(next)) {
      nft(next);
    }
    List<String> changes = new ArrayList<>();
    before.policies().keySet().stream()
        .filter(id -> !after.policies().containsKey(id))
        .forEach(id -> changes.add("xfrm policy delete " + id));
    before.states().keySet().stream()
        .filter(id -> !after.states().containsKey(id))
        .forEach(id -> changes.add("xfrm state delete " + id));
    ip(changes);
  }

  /** Puts it in the place of whatever there is of ours. */
  void replace(Encryption wanted, EncryptionTable table) {
    if (wanted.equals(Encryption.NONE)) {
      remove();
    } else {
      // Without their associations policies let nothing pass, so that these can be made anew.
      ip(List.of("xfrm state deleteall reqid " + Encryption.MARK));
      begin(Encryption.NONE, wanted, new EncryptionTable(Set.of(), table.port()), table);
    }
  }

  /** Removes all that is ours, if the host has anything of the kind. */
  void remove() {
    nft(new EncryptionTable(Set.of(), 0));
    for (String all :
        List.of(
            "policy deleteall priority " + Encryption.PRIORITY,
            "state deleteall reqid " + Encryption.MARK)) {
      try {
        ip(List.of("xfrm " + all));
      } catch (KernelException hasNone) {
        return;
      }
    }
  }

  /** What differs from what is meant to be in force. */
  List<Difference> differences(Encryption intended, EncryptionTable table) {
    List<Difference> found = new ArrayList<>();
    if (!intended.equals(Encryption.NONE)) {
      compare("IPsec state ", intended.states().keySet(), list("state", "list", "nokeys"), found);
      compare("IPsec policy ", intended.policies().values(), list("policy", "list"), found);
      String listing = "";
      try {
        listing =
            commands.run(
                namespace.command("nft", "-n", "list", "table", "ip", EncryptionTable.NAME), "");
      } catch (KernelException absent) {
        // all of them are missing
      }
      Set<String> marked = new HashSet<>();
      NftListing.read(listing).values().forEach(set -> marked.addAll(set.keySet()));
      table.networks().stream()
          .filter(vni -> !marked.contains(vni))
          .forEach(vni -> found.add(new Difference("IPsec mark of network " + vni, "set", "")));
    }
    return found;
  }

  /** Each has a number of its own, by which it is found again. */
  private static void compare(
      String what, Iterable<String> intended, String listing, List<Difference> found) {
    Set<String> present = new HashSet<>();
    SPI.matcher(listing).results().forEach(each -> present.add(each.group(1)));
    for (String each : intended) {
      Matcher spi = SPI.matcher(each);
      if (spi.find() && !present.contains(spi.group(1))) {
        found.add(new Difference(what + spi.group(1), "present", ""));
      }
    }
  }

  private String list(String... words) {
    List<String> command = new ArrayList<>(List.of("ip", "xfrm"));
    command.addAll(List.of(words));
    return commands.run(namespace.command(command.toArray(String[]::new)), "");
  }

  private void ip(List<String> batch) {
    if (!batch.isEmpty()) {
      commands.run(namespace.command("ip", "-batch", "-"), String.join("\n", batch) + "\n");
    }
  }

  private void nft(EncryptionTable table) {
    commands.run(namespace.command("nft", "-f", "-"), String.join("\n", table.create()) + "\n");
  }
}
