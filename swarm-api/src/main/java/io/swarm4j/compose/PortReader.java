package io.swarm4j.compose;

import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code ports} in short and long form, and {@code expose}. */
final class PortReader {
  static final Vocabulary LONG =
      Vocabulary.of("target", "published", "protocol", "mode", "name", "host_ip")
          .refuse("app_protocol", "ports are balanced per connection; remove the key");
  private static final Map<String, Protocol> PROTOCOLS =
      Map.of("tcp", Protocol.TCP, "udp", Protocol.UDP, "sctp", Protocol.SCTP);
  private static final Map<String, PublishMode> MODES =
      Map.of("ingress", PublishMode.INGRESS, "host", PublishMode.HOST);
  private static final int LAST = 65535;
  private static final String RANGE = "([0-9]{1,5})(?:-([0-9]{1,5}))?";
  private static final Pattern SHORT =
      Pattern.compile(
          "(?:(?:(?<ip>[0-9.]+|\\[[0-9a-fA-F:.]+\\]):)?(?<published>[0-9-]*):)?"
              + "(?<target>[0-9-]+)(?:/(?<protocol>[a-zA-Z]+))?");
  private static final Pattern PORTS = Pattern.compile(RANGE);
  private static final List<String> EVERYWHERE = List.of("0.0.0.0", "::");

  private PortReader() {}

  /** A range of ports, both ends included. */
  private record Range(int first, int last) {
    int size() {
      return last - first + 1;
    }
  }

  static List<Placed<PortSpec>> published(Fields service) {
    List<Placed<PortSpec>> ports = new ArrayList<>();
    for (Value item : service.list("ports")) {
      if (item.isMapping()) {
        PortSpec port = longForm(item);
        if (port != null) {
          ports.add(new Placed<>(port, item));
        }
      } else {
        List<PortSpec> several = item.parse(PortReader::shortForm);
        if (several != null) {
          item.reading().spend(item, several.size() * Limits.PER_OBJECT);
          several.forEach(port -> ports.add(new Placed<>(port, item)));
        }
      }
    }
    return ports;
  }

  /** Ports of {@code expose}; other protocols than TCP need no announcement. */
  static List<Integer> exposed(Fields service) {
    Set<Integer> ports = new LinkedHashSet<>();
    for (Value item : service.list("expose")) {
      List<PortSpec> several = item.parse(PortReader::shortForm);
      if (several == null) {
        continue;
      }
      item.reading().spend(item, several.size() * Limits.PER_OBJECT);
      for (PortSpec port : several) {
        if (port.protocol() == Protocol.TCP) {
          ports.add(port.target());
        }
      }
    }
    return List.copyOf(ports);
  }

  private static @Nullable PortSpec longForm(Value item) {
    Fields fields = Fields.of(item, LONG);
    fields.required("target", "write the port that the task listens on");
    Integer target = fields.map("target", value -> value.count(LAST));
    Integer published = fields.map("published", value -> value.count(LAST));
    Protocol protocol = fields.map("protocol", value -> value.oneOf(PROTOCOLS));
    PublishMode mode = fields.map("mode", value -> value.oneOf(MODES));
    String name = fields.text("name");
    List<String> bind = fields.has("host_ip") ? bind(fields.text("host_ip")) : List.of();
    if (fields.has("host_ip")) {
      fields.map("host_ip", NetworkReader::ip);
    }
    if (target == null) {
      return null;
    }
    Origins origins =
        Origins.at(item)
            .put("target", fields.at("target"))
            .put("published", fields.at("published"));
    return item.reading()
        .build(
            origins,
            () ->
                new PortSpec(
                    name == null ? "" : name,
                    protocol == null ? Protocol.TCP : protocol,
                    target,
                    published == null ? 0 : published,
                    mode == null ? PublishMode.INGRESS : mode,
                    bind));
  }

  private static List<PortSpec> shortForm(String text) {
    Matcher match = SHORT.matcher(text);
    if (text.length() > Limits.QUOTED || !match.matches()) {
      throw new IllegalArgumentException(
          "is no port; write [[address:]published:]target[/protocol], such as 8080:80 or 53:53/udp");
    }
    String protocolName = match.group("protocol");
    Protocol protocol = protocolName == null ? Protocol.TCP : PROTOCOLS.get(lower(protocolName));
    if (protocol == null) {
      throw new IllegalArgumentException("has an unknown protocol; write tcp, udp or sctp");
    }
    Range target = range(match.group("target"));
    String publishedText = match.group("published");
    Range published =
        publishedText == null || publishedText.isEmpty() ? null : range(publishedText);
    if (published != null && target.size() != published.size() && target.size() != 1) {
      throw new IllegalArgumentException(
          "has ranges of different sizes: " + published.size() + " and " + target.size());
    }
    String ip = match.group("ip");
    List<String> bind = bind(ip == null ? null : ip.replaceAll("[\\[\\]]", ""));
    bind.forEach(PortReader::checkAddress);
    int count = published == null ? target.size() : published.size();
    List<PortSpec> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(
          new PortSpec(
              "",
              protocol,
              target.first() + (target.size() == 1 ? 0 : i),
              published == null ? 0 : published.first() + i,
              PublishMode.INGRESS,
              bind));
    }
    return ports;
  }

  private static Range range(String text) {
    Matcher match = PORTS.matcher(text);
    if (match.matches()) {
      int first = Integer.parseInt(match.group(1));
      int last = match.group(2) == null ? first : Integer.parseInt(match.group(2));
      if (first >= 1 && first <= last && last <= LAST) {
        return new Range(first, last);
      }
    }
    throw new IllegalArgumentException(
        "has a port or range outside 1 to " + LAST + ": " + Value.shorten(text));
  }

  private static List<String> bind(@Nullable String address) {
    return address == null || EVERYWHERE.contains(address) ? List.of() : List.of(address);
  }

  private static void checkAddress(String address) {
    try {
      Ip.parse(address);
    } catch (InvalidSpecException refused) {
      throw new IllegalArgumentException("has no valid address: " + address, refused);
    }
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
