package org.p2psim;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What may import what: the data flows from scenario file to report, and each library is seen in one place. */
class ArchitectureTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.p2psim");

    private static final String[] FABRIC_MODEL = {
        "org.p2psim.address..",
        "org.p2psim.boot..",
        "org.p2psim.dmabuf..",
        "org.p2psim.invariant..",
        "org.p2psim.iommu..",
        "org.p2psim.outcome..",
        "org.p2psim.p2p..",
        "org.p2psim.platform..",
        "org.p2psim.practice..",
        "org.p2psim.routing..",
        "org.p2psim.timing..",
        "org.p2psim.topology..",
        "org.p2psim.transaction..",
        "org.p2psim.unit..",
        "org.p2psim.virtual..",
    };

    @Test
    void theModelImportsGuavaAndTheJdkOnly() {
        classes()
                .that()
                .resideInAnyPackage(FABRIC_MODEL)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(concat(
                        FABRIC_MODEL, "java..", "com.google.common..", "com.google.errorprone..", "org.jspecify.."))
                .check(ALL);
    }

    @Test
    void theModelHasNoClock() {
        noClasses()
                .that()
                .resideInAnyPackage(concat(FABRIC_MODEL, "org.p2psim.run.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.time..", "java.util.concurrent.atomic..")
                .check(ALL);
    }

    @Test
    void scenariosKnowTheModelOnly() {
        noClasses()
                .that()
                .resideInAPackage("org.p2psim.scenario..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.p2psim.report..", "org.p2psim.run..", "org.p2psim.cli..")
                .check(ALL);
    }

    @Test
    void reportsKnowTheModelOnly() {
        noClasses()
                .that()
                .resideInAPackage("org.p2psim.report..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.p2psim.scenario..", "org.p2psim.run..", "org.p2psim.cli..")
                .check(ALL);
    }

    @Test
    void aRunKnowsNeitherReportsNorTheCommandLine() {
        noClasses()
                .that()
                .resideInAPackage("org.p2psim.run..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.p2psim.report..", "org.p2psim.cli..")
                .check(ALL);
    }

    @Test
    void dsolIsSeenByTheEngineOnly() {
        onlyIn("nl.tudelft..", "org.p2psim.run.engine..");
    }

    @Test
    void jacksonIsSeenWhereFilesAreReadAndWrittenOnly() {
        onlyIn("tools.jackson..", "org.p2psim.scenario..", "org.p2psim.report.json..", "org.p2psim.report.trace..");
    }

    @Test
    void archivesAreSeenByTheReaderOfSysfsOnly() {
        onlyIn("org.apache.commons.compress..", "org.p2psim.scenario.inventory.sysfs..");
    }

    @Test
    void picocliIsSeenByTheCommandLineOnly() {
        onlyIn("picocli..", "org.p2psim.cli..");
    }

    @Test
    void templatesAreSeenByTheHtmlReportOnly() {
        onlyIn("gg.jte..", "org.p2psim.report.html..");
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.p2psim.(**)").should().beFreeOfCycles().check(ALL);
    }

    private static void onlyIn(String library, String... packages) {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(ALL);
    }

    private static String[] concat(String[] first, String... more) {
        String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }
}
