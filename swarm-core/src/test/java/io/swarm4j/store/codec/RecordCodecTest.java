package io.swarm4j.store.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.SwarmException;
import io.swarm4j.store.CorruptDataException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecTest {
  private final RecordCodec codec = RecordCodec.create();

  enum Colour {
    RED,
    GREEN {
      @Override
      boolean isOdd() {
        return true;
      }
    };

    boolean isOdd() {
      return false;
    }
  }

  sealed interface Shape {}

  record Circle(double radius) implements Shape {}

  record Nothing() implements Shape {}

  sealed interface Polygon extends Shape {}

  record Square(long side, Colour colour) implements Polygon {}

  enum Named implements Polygon {
    HOUSE
  }

  record Key(long hi, long lo) {}

  record Tree(String name, List<Tree> children) {}

  record All(
      boolean yes,
      int number,
      long big,
      double real,
      @Nullable Boolean maybe,
      @Nullable Integer boxed,
      @Nullable Long boxedBig,
      @Nullable Double boxedReal,
      @Nullable String text,
      @Nullable Instant at,
      @Nullable Duration lasting,
      @Nullable Colour colour,
      @Nullable Shape shape,
      @Nullable Square square,
      @Nullable List<String> texts,
      @Nullable List<? extends Shape> shapes,
      @Nullable Set<Colour> colours,
      @Nullable Map<String, Shape> byName,
      @Nullable Map<Key, List<Integer>> byKey) {}

  record Bytes(byte @Nullable [] bytes) {}

  private static final All FULL =
      new All(
          true,
          -1,
          Long.MIN_VALUE,
          Math.PI,
          false,
          0,
          Long.MAX_VALUE,
          -0.0,
          "grün \uD83D\uDC33",
          Instant.parse("1969-12-31T23:59:59.999999999Z"),
          Duration.ofNanos(-1),
          Colour.GREEN,
          new Circle(2),
          new Square(3, Colour.RED),
          List.of("", "a"),
          List.of(new Nothing(), Named.HOUSE, new Square(4, Colour.GREEN)),
          new LinkedHashSet<>(List.of(Colour.GREEN, Colour.RED)),
          new LinkedHashMap<>(Map.of("x", new Circle(0))),
          Map.of(new Key(1, -2), List.of(1, 2, 300)));

  private static final All EMPTY =
      new All(
          false, 0, 0, 0, null, null, null, null, null, null, null, null, null, null, List.of(),
          List.of(), Set.of(), Map.of(), Map.of());

  private static final All NULLS =
      new All(
          false, 0, 0, 0, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null);

  @Test
  void keepsEveryKindOfValue() {
    for (All value : List.of(FULL, EMPTY, NULLS)) {
      assertThat(codec.decode(All.class, codec.encode(All.class, value))).isEqualTo(value);
    }
    byte[] bytes = {1, 0, -1};
    byte[] encoded = codec.encode(Bytes.class, new Bytes(bytes));
    assertThat(codec.decode(Bytes.class, encoded).bytes()).isEqualTo(bytes);
    assertThat(codec.decode(Bytes.class, codec.encode(Bytes.class, new Bytes(null))).bytes())
        .isNull();
  }

  @ParameterizedTest
  @ValueSource(
      longs = {0, 1, -1, 63, 64, -64, -65, 8191, 8192, Integer.MAX_VALUE, 1L << 55, 1L << 62})
  void keepsNumbersOfEveryLength(long number) {
    for (long value : new long[] {number, -number, ~number, Long.MAX_VALUE - number}) {
      Key key = new Key(value, -value);
      assertThat(codec.decode(Key.class, codec.encode(Key.class, key))).isEqualTo(key);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 110, 120, 125, 126, 127, 128, 129, 16_370, 16_380, 16_390, 3_000_000})
  void keepsTextsOfEveryLength(int length) {
    Tree tree = new Tree("x".repeat(length), List.of(new Tree("y".repeat(length), List.of())));
    assertThat(codec.decode(Tree.class, codec.encode(Tree.class, tree))).isEqualTo(tree);
  }

  @Test
  void keepsTheOrderOfSetsAndMaps() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      names.add("name" + i);
    }
    Collections.shuffle(names, new Random(1));
    Map<String, Shape> map = new LinkedHashMap<>();
    names.forEach(name -> map.put(name, new Nothing()));
    record Ordered(Set<String> names, Map<String, Shape> map) {}
    Ordered ordered = new Ordered(new LinkedHashSet<>(names), map);
    Ordered read = codec.decode(Ordered.class, codec.encode(Ordered.class, ordered));
    assertThat(read.names()).containsExactlyElementsOf(names);
    assertThat(read.map().keySet()).containsExactlyElementsOf(names);
  }

  @Test
  void collectionsThatWereReadAreUnmodifiable() {
    All read = codec.decode(All.class, codec.encode(All.class, FULL));
    assertThatThrownBy(() -> read.texts().add("x"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> read.colours().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> read.byName().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  /** What is on disk must stay readable: if this test fails, the change breaks all stored data. */
  @Test
  void bytesOfTheFormatNeverChange() {
    assertThat(hex(Key.class, new Key(1, -2))).isEqualTo("03" + "03" + "02" + "03");
    assertThat(hex(Key.class, new Key(0, 0))).isEqualTo("00");
    assertThat(hex(Key.class, new Key(Long.MAX_VALUE, 64)))
        .isEqualTo("0c" + "03" + "feffffffffffffffff" + "8001");
    assertThat(hex(Shape.class, new Square(3, Colour.RED)))
        .isEqualTo(tag("Square") + "04" + "03" + "06" + tag("RED"));
    assertThat(tag("Square") + tag("RED") + tag("GREEN")).isEqualTo("76af1432383e");
    assertThat(hex(Tree.class, new Tree("a", List.of(new Tree("b", List.of())))))
        .isEqualTo("08" + "03" + "0161" + "02" + "03" + "01" + "0162");
    assertThat(hex(All.class, EMPTY)).isEqualTo("00");
    assertThat(hex(All.class, NULLS)).isEqualTo("08" + "80801f" + "0000000000");
    assertThat(hex(All.class, FULL))
        .isEqualTo(
            "7affff1f"
                + "01"
                + "ffffffffffffffffff"
                + "400921fb54442d18"
                + "00"
                + "00"
                + "feffffffffffffffff"
                + "8000000000000000"
                + "0a6772c3bc6e20f09f90b3"
                + "01ff93ebdc03"
                + "01ff93ebdc03"
                + "383e"
                + "c78e09014000000000000000"
                + "0403061432"
                + "03000161"
                + "0465c000c313bc0b76af040308383e"
                + "03383e1432"
                + "020178c78e00"
                + "0203030203040204d804");
  }

  private <T> String hex(Class<T> type, T value) {
    return HexFormat.of().formatHex(codec.encode(type, value));
  }

  private static String tag(String name) {
    return HexFormat.of().toHexDigits((short) Tags.of(name));
  }

  record Old(String name, int count) {}

  record New(
      String name, int count, @Nullable String note, List<String> more, boolean on, long n) {}

  record OldHolder(Old held, String after) {}

  record NewHolder(New held, String after) {}

  @Test
  void aReaderThatKnowsFewerComponentsSkipsTheRest() {
    NewHolder written = new NewHolder(new New("a", 7, "note", List.of("x"), true, 5), "after");
    assertThat(codec.decode(OldHolder.class, codec.encode(NewHolder.class, written)))
        .isEqualTo(new OldHolder(new Old("a", 7), "after"));
  }

  @Test
  void aReaderThatKnowsMoreComponentsGetsDefaultsForThem() {
    OldHolder written = new OldHolder(new Old("a", 7), "after");
    assertThat(codec.decode(NewHolder.class, codec.encode(OldHolder.class, written)))
        .isEqualTo(new NewHolder(new New("a", 7, null, List.of(), false, 0), "after"));
  }

  record Positive(int number) {
    Positive {
      if (number < 0) {
        throw new IllegalArgumentException("number is " + number + ", not 0 or more");
      }
    }
  }

  record AnyNumber(int number) {}

  record Wide(long number) {}

  record Holder(@Nullable String before, Positive value) {}

  record AnyHolder(@Nullable String before, AnyNumber value) {}

  @Test
  void constructorsCheckWhatIsRead() {
    byte[] bytes = codec.encode(AnyHolder.class, new AnyHolder("x", new AnyNumber(-1)));
    assertThatThrownBy(() -> codec.decode(Holder.class, bytes))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("Holder.value")
        .hasMessageContaining("number is -1, not 0 or more");
  }

  @Test
  void refusesNumbersOutOfRange() {
    byte[] bytes = codec.encode(Wide.class, new Wide(1L << 31));
    assertThatThrownBy(() -> codec.decode(AnyNumber.class, bytes))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("AnyNumber.number")
        .hasMessageContaining("2147483648");
  }

  @Test
  void refusesNullAmongElementsAndLeavesTheBufferAsItWas() {
    EncodeBuffer buffer = new EncodeBuffer();
    codec.encode(Key.class, new Key(1, 1), buffer);
    Tree tree = new Tree("a", List.of(new Tree("b", Collections.singletonList(null))));
    assertThatThrownBy(() -> codec.encode(Tree.class, tree, buffer))
        .isInstanceOf(SwarmException.class)
        .hasMessageContaining("Tree.children.children");
    assertThat(buffer.toByteArray()).isEqualTo(codec.encode(Key.class, new Key(1, 1)));
  }

  record Unsupported(String name, List<StringBuilder> builders) {}

  @Test
  void namesTheComponentThatCannotBeEncoded() {
    assertThatThrownBy(() -> codec.prepare(Unsupported.class))
        .isInstanceOf(SwarmException.class)
        .hasMessageContaining("StringBuilder")
        .hasMessageContaining("Unsupported.builders");
  }

  @Test
  void hostileLengthsAllocateNothing() {
    // a record with one component, whose length or count says two billion
    byte[] text = HexFormat.of().parseHex("06" + "01" + "ffffffff07");
    assertThatThrownBy(() -> codec.decode(Tree.class, text))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("Tree.name")
        .hasMessageContaining("2147483647 exceeds the 0 bytes left");
    byte[] list = HexFormat.of().parseHex("06" + "02" + "ffffffff07");
    assertThatThrownBy(() -> codec.decode(Tree.class, list))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("Tree.children");
  }

  @Test
  void endlessNestingDoesNotOverflowTheStack() {
    Tree tree = new Tree("leaf", List.of());
    for (int i = 1; i < 100; i++) {
      tree = new Tree("", List.of(tree));
    }
    byte[] bytes = codec.encode(Tree.class, tree);
    assertThat(codec.decode(Tree.class, bytes)).isEqualTo(tree);

    EncodeBuffer buffer = new EncodeBuffer();
    Tree tooDeep = new Tree("", List.of(tree));
    assertThatThrownBy(() -> codec.encode(Tree.class, tooDeep, buffer))
        .isInstanceOf(SwarmException.class)
        .hasMessageContaining("deeper than 100");
    codec.encode(Tree.class, tree, buffer);
    assertThat(buffer.toByteArray()).isEqualTo(bytes);

    EncodeBuffer hostile = new EncodeBuffer();
    for (int rest = 50_000; rest > 0; rest--) {
      hostile.writeVarint(rest * 10L); // longer than all that follows
      hostile.writeByte(2);
      hostile.writeVarint(2);
    }
    hostile.writeBytes(new byte[600_000]);
    assertThatThrownBy(() -> codec.decode(Tree.class, hostile.toByteArray()))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("deeper than 100");
  }

  @Test
  void refusesBytesBehindTheValue() {
    byte[] bytes = codec.encode(Key.class, new Key(1, 2));
    assertThatThrownBy(() -> codec.decode(Key.class, Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("1 of 5 bytes are left over");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void damagedBytesAreReadAsSomethingOrRefused(long seed) {
    Random random = new Random(seed);
    byte[] bytes = codec.encode(All.class, FULL);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged =
          Arrays.copyOf(
              bytes, random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length);
      for (int i = random.nextInt(4); i >= 0 && damaged.length > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(codec.decode(All.class, damaged)).isNotNull();
      } catch (CorruptDataException expected) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void readsOneValueAfterTheOtherFromAnyBuffer() {
    EncodeBuffer out = new EncodeBuffer();
    codec.encode(Key.class, new Key(1, 2), out);
    codec.encode(Shape.class, new Circle(1), out);
    ByteBuffer heap = out.asByteBuffer();
    ByteBuffer direct = ByteBuffer.allocateDirect(out.size() + 1).position(1);
    direct.put(out.asByteBuffer()).position(1);
    for (ByteBuffer in : List.of(heap, direct, out.asByteBuffer().asReadOnlyBuffer())) {
      assertThat(codec.decode(Key.class, in)).isEqualTo(new Key(1, 2));
      assertThat(codec.decode(Shape.class, in)).isEqualTo(new Circle(1));
      assertThat(in.hasRemaining()).isFalse();
      assertThatThrownBy(() -> codec.decode(Key.class, in))
          .isInstanceOf(CorruptDataException.class);
    }
    out.reset();
    assertThat(out.size()).isZero();
  }

  @Test
  @Timeout(60)
  void manyThreadsMayMeetATypeForTheFirstTimeTogether() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 100; round++) {
        RecordCodec fresh = RecordCodec.create();
        Callable<All> task = () -> fresh.decode(All.class, fresh.encode(All.class, FULL));
        for (Future<All> read : threads.invokeAll(Collections.nCopies(4, task))) {
          assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(FULL);
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void namesWithTheSameTagAreRefusedWhenTheCodecIsMade() {
    // found by search: two names that hash to the same sixteen bits
    assertThat(Tags.of("NAME_0")).isEqualTo(Tags.of("NAME_62"));
    assertThatThrownBy(() -> Tags.index(Colour.class, List.of("NAME_0", "NAME_62"), name -> name))
        .isInstanceOf(SwarmException.class)
        .hasMessageContaining("NAME_0 and NAME_62")
        .hasMessageContaining("rename");
  }
}
