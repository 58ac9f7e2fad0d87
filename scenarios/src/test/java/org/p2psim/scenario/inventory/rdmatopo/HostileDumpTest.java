package org.p2psim.scenario.inventory.rdmatopo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.p2psim.scenario.inventory.Found;
import org.p2psim.scenario.inventory.InventoryException;

/** What is not a dump is refused with its file, line and element. */
class HostileDumpTest {
    private static final String ROOT = "pci0000:00/0000:00:01.0";
    private static final String ALIAS = Dump.modalias(0x8086, 0x352a, 0x060400);
    private static final byte[] CONFIG = Dump.bridge(4, 1, 1).bytes(4096);

    private static String refusal(byte[] content) {
        return Found.messageOf(() -> RdmaTopoReader.read("dump.json", content));
    }

    private static String refusal(String content) {
        return refusal(content.getBytes(StandardCharsets.UTF_8));
    }

    private static String refusal(Dump dump) {
        return refusal(dump.content());
    }

    private static String refusalOf(String member) {
        return refusal(new Dump().add(ROOT, ALIAS, CONFIG).add(ROOT + "/0000:01:00.0", ALIAS, CONFIG, member));
    }

    @Test
    void textThatIsNotJsonIsRefusedWithItsLine() {
        assertThat(refusal("00:01.0 Host bridge\n")).startsWith("dump.json, line 1: not JSON");
        assertThat(refusal("[\n{\"realpath\": }\n]")).startsWith("dump.json, line 2, element 1: not JSON");
        assertThat(refusal("")).isEqualTo("dump.json, line 1: a dump is a list of functions, not nothing");
        assertThat(refusal("[]")).isEqualTo("dump.json: the dump lists no function");
    }

    @Test
    void otherShapesAreRefused() {
        assertThat(refusal("{}")).isEqualTo("dump.json, line 1: a dump is a list of functions, not an object");
        assertThat(refusal("[7]"))
                .isEqualTo("dump.json, line 1, element 1: each element of a dump is an object, not 7");
        assertThat(refusal("[\n[]]"))
                .isEqualTo("dump.json, line 2, element 1: each element of a dump is an object, not a list");
        assertThat(refusal(new Dump().add(ROOT, ALIAS, CONFIG).json() + "[]")).contains("after the end of the list");
    }

    @Test
    void missingAndWrongMembersAreRefusedByName() {
        assertThat(refusal("[{\"realpath\": \"/sys/devices/pci0000:00/0000:00:01.0\"}]"))
                .isEqualTo("dump.json, line 1, element 1: \"modalias\" is missing");
        assertThat(refusalOf("\"iommu_group\": \"12\""))
                .isEqualTo("dump.json, line 3, element 2: \"iommu_group\" is a number, 0 or more, or null; not \"12\"");
        assertThat(refusalOf("\"iommu_group\": -1")).contains("not -1");
        assertThat(refusalOf("\"iommu_group\": 99999999999999999999")).contains("\"iommu_group\" is a number");
        assertThat(refusalOf("\"numa_node\": 1.5")).contains("\"numa_node\" is a number, -1 or more");
        assertThat(refusalOf("\"numa_node\": true")).contains("not true");
        assertThat(refusalOf("\"vpd\": 7")).contains("\"vpd\" is text, not 7");
        assertThat(refusalOf("\"subsystems\": [\"mlx5_0\"]")).contains("{\"infiniband\": [\"mlx5_0\"]}");
        assertThat(refusalOf("\"subsystems\": {\"net\": \"eth0\"}")).contains("lists of names");
        assertThat(refusalOf("\"subsystems\": {\"net\": [null]}")).contains("lists of names");
        assertThat(refusalOf("\"modalias\": \"again\"")).contains("line 3").contains("modalias");
    }

    @Test
    void encodedValuesThatDoNotDecodeAreRefused() {
        assertThat(refusalOf("\"vpd\": \"not base64!\"")).endsWith("\"vpd\" is not Base64");
        assertThat(refusalOf("\"vpd\": \"AAAA\"")).endsWith("\"vpd\" is not a zlib stream");
        assertThat(refusalOf("\"vpd\": \"\"")).endsWith("\"vpd\" ends in the middle of its zlib stream");
        String whole = Dump.encoded(new byte[3000]);
        assertThat(refusalOf("\"vpd\": \"%s\"".formatted(whole.substring(0, 8))))
                .endsWith("\"vpd\" ends in the middle of its zlib stream");
    }

    @Test
    void aZlibBombIsRefusedAtTheSizeOfTheRealThing() {
        assertThat(refusalOf("\"vpd\": \"%s\"".formatted(Dump.encoded(new byte[10_000_000]))))
                .endsWith("\"vpd\" has more than 32768 bytes");
        assertThat(refusal(new Dump().add(ROOT, ALIAS, new byte[4097])))
                .endsWith("\"config\" has more than 4096 bytes");
        assertThat(refusal(new Dump().add(ROOT, ALIAS, new byte[63])))
                .endsWith("\"config\" has 63 bytes; configuration space has 64, 256 or 4096");
    }

    @Test
    void addressesAndIdsThatAreNoneAreRefused() {
        assertThat(refusal(new Dump().add("pci0000:00", ALIAS, CONFIG)))
                .isEqualTo("dump.json, element 1: realpath \"/sys/devices/pci0000:00\" does not end in a PCI address;"
                        + " it looks like /sys/devices/pci0000:00/0000:00:01.0");
        assertThat(refusal(new Dump().add("pci0000:00/f0000000:00:01.0", ALIAS, CONFIG)))
                .contains("not a PCI address");
        assertThat(refusal(new Dump().add(ROOT, "usb:v1D6Bp0002", CONFIG)))
                .contains("modalias \"usb:v1D6Bp0002\" is not that of a PCI function");
    }

    @Test
    void oneFunctionTwiceIsRefused() {
        assertThat(refusal(new Dump().add(ROOT, ALIAS, CONFIG).add(ROOT, ALIAS, CONFIG)))
                .isEqualTo("dump.json, element 2: 0000:00:01.0 is listed twice");
    }

    @Test
    void functionsBelowThemselvesAreRefused() {
        assertThat(refusal(new Dump()
                        .add("0000:02:00.0/0000:01:00.0", ALIAS, CONFIG)
                        .add("0000:01:00.0/0000:02:00.0", ALIAS, CONFIG)))
                .contains("differ in what is above them");
        assertThat(refusal(new Dump().add("0000:01:00.0/0000:01:00.0", ALIAS, CONFIG)))
                .contains("differ in what is above them");
        assertThat(refusal(new Dump().add("0000:01:00.0/".repeat(300) + "0000:02:00.0", ALIAS, CONFIG)))
                .contains("below more than 255 bridges");
    }

    @Test
    void deepAndGiantTextsAreRefused() {
        assertThat(refusal("[".repeat(1_000_000))).contains("each element of a dump is an object");
        assertThat(refusalOf("\"x\": " + "[".repeat(1_000_000))).contains("line 3, element 2: not JSON");
        assertThat(refusalOf("\"vpd\": \"" + "a".repeat(1_000_000) + "\"")).contains("line 3, element 2: not JSON");
        assertThat(refusal(new byte[70 << 20])).isEqualTo("dump.json: larger than 64 MiB, the limit for a dump");
        assertThat(refusal("[" + "{},".repeat(100_000))).contains("element 1: \"realpath\" is missing");
    }

    @Test
    void floodsOfNamesAndOfFunctionsAreRefused() {
        assertThat(refusalOf("\"subsystems\": {\"net\": [" + "\"a\",".repeat(2_000_000) + "\"a\"]}"))
                .contains("line 3, element 2: not JSON")
                .contains("Token count");
        Dump dump = new Dump();
        for (int i = 0; i < 16_385; i++) {
            dump.add("pci%04x:00/%04x:00:00.0".formatted(i, i), ALIAS, new byte[64]);
        }
        assertThat(refusal(dump)).endsWith("more than 16384 functions");
    }

    @Test
    void messagesCannotRewriteTheTerminal() {
        assertThat(refusal(new Dump().add(ROOT, "\\u001b[2J\\u202eX", CONFIG))).contains("modalias \"?[2J?X\"");
        assertThat(refusal("\u001b[2J")).doesNotContain("\u001b");
    }

    @Test
    void everyPrefixOfADumpIsRefused() {
        byte[] whole = new Dump().add(ROOT, ALIAS, CONFIG, "\"iommu_group\": 1").content();
        int end = new String(whole, StandardCharsets.UTF_8).lastIndexOf(']');
        for (int length = 0; length <= end; length++) {
            assertThat(refusal(Arrays.copyOf(whole, length))).startsWith("dump.json");
        }
    }

    @Test
    void damagedDumpsAreReadOrRefusedButNeverCrash() {
        long seed = 4711;
        SplittableRandom random = new SplittableRandom(seed);
        byte[] whole = new Dump()
                .add(ROOT, ALIAS, CONFIG, "\"iommu_group\": 1", "\"numa_node\": 0")
                .add(
                        ROOT + "/0000:01:00.0",
                        ALIAS,
                        CONFIG,
                        "\"subsystems\": {\"net\": [\"eth0\"]}",
                        "\"vpd\": \"%s\"".formatted(Dump.encoded(Dump.vpd("a", "b", "c"))))
                .content();
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = whole.clone();
            for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            readOrRefuse(damaged, "seed %d, round %d".formatted(seed, i));
        }
    }

    @Test
    void anyConfigurationSpaceIsRead() throws Exception {
        long seed = 42;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 1000; i++) {
            byte[] config = CONFIG.clone();
            for (int hits = random.nextInt(2000); hits > 0; hits--) {
                config[random.nextInt(config.length)] = (byte) random.nextInt(256);
            }
            int length = 64 + random.nextInt(4033);
            assertThat(RdmaTopoReader.read(
                                    "seed %d, round %d".formatted(seed, i),
                                    new Dump()
                                            .add(ROOT, ALIAS, Arrays.copyOf(config, length))
                                            .content())
                            .functions())
                    .hasSize(1);
        }
    }

    private static void readOrRefuse(byte[] content, String what) {
        try {
            assertThat(RdmaTopoReader.read("dump.json", content).functions()).isNotEmpty();
        } catch (InventoryException e) {
            assertThat(e.getMessage()).as(what).startsWith("dump.json").hasSizeLessThan(400);
        }
    }

    @Test
    void theMessageNamesTheFile() {
        assertThatThrownBy(() -> RdmaTopoReader.read("/tmp/a b.json", new byte[0]))
                .isInstanceOf(InventoryException.class)
                .hasMessageStartingWith("/tmp/a b.json, line 1");
    }
}
