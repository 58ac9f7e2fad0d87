package org.p2psim.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The program: finds the command, runs it, and turns what comes of it into an exit code. */
@Command(
        name = "p2psim",
        description =
                "Will PCIe peer-to-peer DMA work here, why not, how fast, and what happens when memory is revoked?",
        versionProvider = Main.Version.class,
        subcommands = {
            CompareCommand.class,
            RunCommand.class,
            MatrixCommand.class,
            ExplainCommand.class,
            ImportCommand.class,
            ExportCommand.class,
            CheckCommand.class,
            ConformanceCommand.class,
            ValidateCommand.class,
            ListCommand.class,
            ShowCommand.class,
            SchemaCommand.class,
            ReportCommand.class,
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:good",
            "1:an expectation failed, an invariant broke, or recorded evidence says otherwise",
            "2:the input or the usage is wrong",
            "70:our fault"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  p2psim compare gaudi-rdma --html report.html",
            "  p2psim run two-sockets",
            "  p2psim matrix same-switch-acs",
            "  p2psim explain gaudi-rdma gaudi0 nic0",
            "  p2psim show gaudi-rdma > mine.yaml && p2psim validate mine.yaml"
        })
public final class Main implements Runnable {
    /** Wide enough for every example, so that it works as pasted. */
    private static final int HELP_WIDTH = 110;

    private static final int OUTPUT_BUFFER = 1 << 16;

    /** Everything as expected. */
    static final int GOOD = 0;
    /** An expectation failed, an invariant broke, or recorded evidence says otherwise. */
    static final int FAILED = 1;
    /** The input or the usage is wrong. */
    static final int BAD_INPUT = 2;
    /** A defect of p2psim. */
    static final int OUR_FAULT = 70;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.",
            scope = CommandLine.ScopeType.INHERIT)
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    private boolean version;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    public static void main(String[] args) {
        // Numbers look the same everywhere: the same scenario gives the same bytes.
        Locale.setDefault(Locale.ROOT);
        // Not System.out, which would flush every piece of a result that may have a hundred million lines.
        PrintStream out = new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER),
                false,
                StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        int code = execute(out, err, args);
        out.flush();
        if (out.checkError() && code == GOOD) {
            err.println("p2psim: standard output cannot be written: it is closed or full");
            code = BAD_INPUT;
        }
        System.exit(code);
    }

    /** Runs one command line; the streams are those of the process, or a test's. */
    public static int execute(PrintStream out, PrintStream err, String... args) {
        Console console = new Console(out, err);
        CommandLine line = new CommandLine(new Main(), new Commands(console));
        line.setUsageHelpWidth(HELP_WIDTH);
        line.setOut(console.outWriter());
        line.setErr(console.errWriter());
        line.setExecutionExceptionHandler((exception, command, parsed) -> console.report(exception));
        int code = execute(line, console, args);
        console.flush();
        return code;
    }

    /** The library lets errors of the Java virtual machine pass. */
    private static int execute(CommandLine line, Console console, String... args) {
        try {
            return line.execute(args);
        } catch (VirtualMachineError | AssertionError e) {
            return console.report(e);
        }
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(Objects.requireNonNull(spec).commandLine(), "Name a command.");
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        static String text() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "development" : version;
        }

        @Override
        public String[] getVersion() {
            return new String[] {
                "p2psim " + text(), "Java " + System.getProperty("java.version"),
            };
        }
    }
}
