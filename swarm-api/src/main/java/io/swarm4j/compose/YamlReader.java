package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Builds the tree of a YAML text from parser events, because the places of all keys and values are
 * needed, and depth and aliases must be bounded on the way.
 */
final class YamlReader {
  /** What a line is told to be that is indented too far, or whose value holds a colon. */
  private static final String MISPLACED = "mapping values are not allowed here";

  private static final String CORE_TAG = "tag:yaml.org,2002:";
  private static final Set<String> CORE_TAGS =
      Set.of("str", "int", "float", "bool", "null", "map", "seq");
  private static final String MERGE = "<<";

  private final String file;
  private final Consumer<ComposeFault> faults;
  private final Iterator<Event> events;
  private final Map<Anchor, Yaml> anchors = new HashMap<>();
  private final Set<Anchor> open = new HashSet<>();
  private Mark last;

  private YamlReader(String file, String text, Consumer<ComposeFault> faults) {
    this.file = file;
    this.faults = faults;
    last = new Mark(file, 1, 1);
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setUseMarks(true)
            .setCodePointLimit(Limits.FILE_BYTES + 1)
            .build();
    events = new Parse(settings).parseString(text).iterator();
  }

  /**
   * Reads the one document of {@code text}; duplicate keys are reported to {@code faults}.
   *
   * @throws ComposeException if the text is no YAML, has no document or several, or goes beyond the
   *     bounds
   */
  static Yaml read(String file, String text, Consumer<ComposeFault> faults) {
    YamlReader reader = null;
    try {
      reader = new YamlReader(file, text, faults);
      return reader.document();
    } catch (MarkedYamlEngineException malformed) {
      Mark mark = mark(file, malformed.getProblemMark().or(malformed::getContextMark));
      String context = malformed.getContext() == null ? "" : malformed.getContext() + ": ";
      String problem = context + malformed.getProblem();
      String remedy =
          problem.equals(MISPLACED)
              ? "; indent the line like its neighbours, or quote its value"
              : "";
      throw refuse(mark, Code.INVALID, "malformed YAML: " + problem + remedy);
    } catch (ReaderException malformed) {
      throw refuse(
          at(file, text, malformed.getPosition()),
          Code.INVALID,
          String.format(
              "malformed YAML: the character U+%04X is not allowed", malformed.getCodePoint()));
    } catch (YamlEngineException malformed) {
      Mark mark = reader == null ? new Mark(file, 1, 1) : reader.last;
      throw refuse(mark, Code.INVALID, "malformed YAML: " + malformed.getMessage());
    }
  }

  private Yaml document() {
    next(); // start of the stream
    if (next().getEventId() == Event.ID.StreamEnd) {
      throw refuse(last, Code.MISSING, "the file is empty; write at least one service");
    }
    Yaml root = node(next(), 0);
    next(); // end of the document
    if (next().getEventId() != Event.ID.StreamEnd) {
      throw refuse(last, Code.INVALID, "a second document begins here; one file is one stack");
    }
    return root;
  }

  private Yaml node(Event event, int depth) {
    Mark mark = last;
    if (depth > Limits.DEPTH) {
      throw refuse(mark, Code.INVALID, "nested deeper than " + Limits.DEPTH + " levels");
    }
    if (event instanceof AliasEvent alias) {
      return resolve(alias.getAlias(), mark);
    }
    Optional<Anchor> anchor = ((NodeEvent) event).getAnchor();
    anchor.ifPresent(open::add);
    Yaml node;
    if (event instanceof ScalarEvent scalar) {
      node = new Yaml.Scalar(mark, scalar.getValue(), scalar.isPlain() && !isString(scalar, mark));
    } else if (event instanceof SequenceStartEvent sequence) {
      checkTag(sequence.getTag(), mark);
      node = sequence(mark, depth);
    } else {
      checkTag(((MappingStartEvent) event).getTag(), mark);
      node = mapping(mark, depth);
    }
    anchor.ifPresent(
        name -> {
          open.remove(name);
          anchors.put(name, node);
        });
    return node;
  }

  private Yaml resolve(Anchor alias, Mark mark) {
    Yaml named = anchors.get(alias);
    if (named != null && !open.contains(alias)) {
      return named;
    }
    throw refuse(
        mark,
        Code.UNKNOWN_REFERENCE,
        open.contains(alias)
            ? "alias *" + alias + " stands inside what it names"
            : "alias *" + alias + " names nothing; put &" + alias + " before it");
  }

  private Yaml sequence(Mark mark, int depth) {
    List<Yaml> items = new ArrayList<>();
    long weight = 1;
    for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
      Yaml item = node(event, depth + 1);
      weight = add(weight, item, mark);
      items.add(item);
    }
    return new Yaml.Sequence(mark, List.copyOf(items), weight);
  }

  private Yaml mapping(Mark mark, int depth) {
    Map<String, Yaml.Entry> entries = new LinkedHashMap<>();
    Yaml.@Nullable Entry merge = null;
    long weight = 1;
    for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
      Mark keyMark = last;
      if (!(node(event, depth + 1) instanceof Yaml.Scalar key)) {
        throw refuse(keyMark, Code.INVALID, "a key must be a single value, not a list or mapping");
      }
      Yaml value = node(next(), depth + 1);
      weight = add(add(weight, key, mark), value, mark);
      Yaml.Entry entry = new Yaml.Entry(keyMark, value);
      boolean isMerge = key.plain() && key.text().equals(MERGE);
      Yaml.Entry first = isMerge ? merge : entries.putIfAbsent(key.text(), entry);
      if (first != null) {
        faults.accept(
            new ComposeFault(
                keyMark,
                Code.DUPLICATE,
                "",
                key.text(),
                "key '"
                    + key.text()
                    + "' stands twice; the first is in line "
                    + first.mark().line()));
      } else if (isMerge) {
        merge = entry;
      }
    }
    if (merge != null) {
      merge(entries, merge);
    }
    return new Yaml.Mapping(mark, entries, weight);
  }

  /** Keys that are there win over merged ones, and earlier merged mappings over later ones. */
  private static void merge(Map<String, Yaml.Entry> entries, Yaml.Entry merge) {
    List<Yaml> sources =
        merge.value() instanceof Yaml.Sequence several ? several.items() : List.of(merge.value());
    for (Yaml source : sources) {
      if (!(source instanceof Yaml.Mapping mapping)) {
        throw refuse(
            merge.mark(),
            Code.INVALID,
            "<< takes an alias of a mapping or a list of them, not " + source.kind());
      }
      mapping.entries().forEach(entries::putIfAbsent);
    }
  }

  private static long add(long weight, Yaml child, Mark mark) {
    long sum = weight + child.weight();
    if (sum > Limits.EXPANDED) {
      throw refuse(
          mark,
          Code.INVALID,
          "aliases make this larger than " + Limits.EXPANDED + " characters; write out less");
    }
    return sum;
  }

  private static boolean isString(ScalarEvent scalar, Mark mark) {
    checkTag(scalar.getTag(), mark);
    return scalar.getTag().filter((CORE_TAG + "str")::equals).isPresent();
  }

  private static void checkTag(Optional<String> tag, Mark mark) {
    boolean known =
        tag.isEmpty()
            || tag.get().equals("!")
            || (tag.get().startsWith(CORE_TAG)
                && CORE_TAGS.contains(tag.get().substring(CORE_TAG.length())));
    if (!known) {
      throw refuse(mark, Code.UNSUPPORTED, "tag " + tag.get() + " is not supported; remove it");
    }
  }

  private Event next() {
    Event event = events.next();
    last = mark(file, event.getStartMark());
    return event;
  }

  private static Mark mark(String file, Optional<org.snakeyaml.engine.v2.exceptions.Mark> mark) {
    return mark.map(at -> new Mark(file, at.getLine() + 1, at.getColumn() + 1))
        .orElse(new Mark(file, 1, 1));
  }

  /** The place of a character that the parser only knows the number of. */
  private static Mark at(String file, String text, int position) {
    String before = text.substring(0, Math.min(Math.max(position, 0), text.length()));
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    return new Mark(file, line, before.length() - before.lastIndexOf('\n'));
  }

  private static ComposeException refuse(Mark mark, Code code, String message) {
    return new ComposeException(List.of(new ComposeFault(mark, code, "", "", message)));
  }
}
