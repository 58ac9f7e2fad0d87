package org.p2psim.scenario.yaml;

import com.google.common.base.Splitter;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.profile.Profile;
import org.p2psim.scenario.profile.Profile.Role;
import org.p2psim.scenario.profile.Profiles;
import org.p2psim.scenario.yaml.Marks.Place;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Fills in what the profiles say that a document names. What is stated stays; a value that comes from a profile stands
 * where the profile's name does.
 */
final class ProfileFill {
    private static final Pattern LINK_AS_TEXT = Pattern.compile("gen([1-6]) (x[0-9]{1,2})");
    private static final String LINK = "link.";

    private final ObjectNode document;
    private final Marks marks;
    private final List<Finding> findings;

    private ProfileFill(ObjectNode document, Marks marks, List<Finding> findings) {
        this.document = document;
        this.marks = marks;
        this.findings = findings;
    }

    /**
     * Changes the document and its marks.
     *
     * @param findings grows by unknown names
     */
    static void fill(ObjectNode document, Marks marks, List<Finding> findings) {
        new ProfileFill(document, marks, findings).fill();
    }

    private void fill() {
        JsonNode fabric = document.path("fabric");
        for (int i = 0; i < fabric.path("sockets").size(); i++) {
            part(Role.SOCKET, fabric.path("sockets").path(i), "/fabric/sockets/" + i);
        }
        for (int i = 0; i < fabric.path("root-complexes").size(); i++) {
            JsonNode rootComplex = fabric.path("root-complexes").path(i);
            String pointer = "/fabric/root-complexes/" + i;
            part(Role.ROOT_COMPLEX, rootComplex, pointer);
            ports(rootComplex.path("root-ports"), pointer + "/root-ports/");
        }
        for (int i = 0; i < fabric.path("functions").size(); i++) {
            part(Role.SWITCH, fabric.path("functions").path(i), "/fabric/functions/" + i);
        }
        for (String name : document.path("devices").propertyNames()) {
            part(Role.DEVICE, document.path("devices").path(name), "/devices" + Finding.step(name));
        }
    }

    private void ports(JsonNode ports, String pointer) {
        for (int i = 0; i < ports.size(); i++) {
            JsonNode below = ports.path(i).path("switch");
            String where = pointer + i + "/switch";
            Optional<Profile> profile = part(Role.SWITCH, below.path("upstream"), where + "/upstream");
            JsonNode downstream = below.path("downstream");
            for (int j = 0; profile.isPresent() && j < downstream.size(); j++) {
                Place named = marks.nearest(where + "/upstream/profile");
                linkValues(profile.get(), downstream.path(j), where + "/downstream/" + j, named);
            }
            ports(downstream, where + "/downstream/");
        }
    }

    private Optional<Profile> part(Role role, JsonNode node, String pointer) {
        if (!(node instanceof ObjectNode part) || !part.path("profile").isString()) {
            return Optional.empty();
        }
        String name = part.path("profile").asString();
        Optional<Profile> profile = Profiles.find(role, name);
        Place named = marks.nearest(pointer + "/profile");
        profile.ifPresentOrElse(
                found -> found.values().forEach((path, value) -> set(part, pointer, path, value, named)),
                () -> findings.add(Finding.at(pointer + "/profile", "unknown-profile", Profiles.unknown(role, name))));
        return profile;
    }

    /** What a switch's profile says of links goes for each of its ports. */
    private void linkValues(Profile profile, JsonNode port, String pointer, Place named) {
        if (port instanceof ObjectNode part) {
            profile.values().forEach((path, value) -> {
                if (path.startsWith(LINK)) {
                    set(part, pointer, path, value, named);
                }
            });
        }
    }

    private void set(ObjectNode part, String pointer, String path, String value, Place named) {
        List<String> steps = Splitter.on('.').splitToList(path);
        ObjectNode at = part;
        String where = pointer;
        for (String step : steps.subList(0, steps.size() - 1)) {
            where += Finding.step(step);
            JsonNode next = inner(at, step);
            if (!(next instanceof ObjectNode object)) {
                return;
            }
            if (marks.find(where).isEmpty()) {
                marks.put(where, named);
            }
            at = object;
        }
        String key = steps.get(steps.size() - 1);
        boolean said = at.has(key) || Overrides.alternative(key).filter(at::has).isPresent();
        if (!said) {
            at.set(key, YamlReader.read(SourceText.ofOption(path, value)).tree());
            marks.put(where + Finding.step(key), named);
        }
    }

    /** What is below a key, which is made if it is not there; a link that is written as text becomes keys. */
    private static JsonNode inner(ObjectNode at, String key) {
        JsonNode next = at.path(key);
        if (next.isMissingNode()) {
            return at.putObject(key);
        }
        Matcher link = LINK_AS_TEXT.matcher(next.isString() ? next.asString() : "");
        return link.matches()
                ? at.putObject(key).put("gen", Integer.parseInt(link.group(1))).put("width", link.group(2))
                : next;
    }
}
