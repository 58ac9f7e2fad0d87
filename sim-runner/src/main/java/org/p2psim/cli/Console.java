package org.p2psim.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.p2psim.run.engine.EndOfTimeException;
import org.p2psim.unit.Bytes;

/** Standard output, standard error and the files that a command writes. */
final class Console {
    /** Enough of a defect to find it. */
    private static final int FRAMES_SHOWN = 5;

    private final PrintStream out;
    private final PrintStream err;

    Console(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** A result, on standard output. */
    void print(String text) {
        out.print(text);
    }

    /** Where results go, for those that are written piece by piece. */
    PrintStream out() {
        return out;
    }

    /** The same for text; it ends the command when nobody reads on. */
    Appendable lines() {
        return new Appendable() {
            @Override
            public Appendable append(CharSequence text) {
                out.print(text);
                if (out.checkError()) {
                    throw new InputException("p2psim: standard output was closed before the end");
                }
                return this;
            }

            @Override
            public Appendable append(CharSequence text, int start, int end) {
                return append(text.subSequence(start, end));
            }

            @Override
            public Appendable append(char character) {
                return append(String.valueOf(character));
            }
        };
    }

    /** Anything that is not a result, on standard error. */
    void tell(String line) {
        err.println(line);
    }

    /** How far something long has come, on a terminal only, each time over the last one. */
    void progress(String line, boolean last) {
        if (System.console() != null) {
            err.print("\r" + line + (last ? "\n" : ""));
            err.flush();
        }
    }

    PrintWriter outWriter() {
        return new PrintWriter(out, true, StandardCharsets.UTF_8);
    }

    PrintWriter errWriter() {
        return new PrintWriter(err, true, StandardCharsets.UTF_8);
    }

    void flush() {
        out.flush();
        err.flush();
    }

    /** What a file is to hold, written piece by piece. */
    @FunctionalInterface
    interface Content {
        void writeTo(Writer writer) throws IOException;
    }

    void write(Path file, String text) {
        write(file, writer -> writer.write(text));
    }

    /** Writes a file whole or not at all; what is no file (a pipe, a device) gets the text as it is. */
    void write(Path file, Content content) {
        try {
            Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
            if (Files.isDirectory(target)) {
                throw new InputException("%s: a folder, not a file".formatted(file));
            }
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                write(content, target);
            } else {
                writeWhole(file, target, content);
            }
        } catch (IOException e) {
            throw new InputException("%s: cannot be written: %s".formatted(file, reason(e)));
        }
        tell("p2psim: wrote " + file);
    }

    private static void writeWhole(Path file, Path target, Content content) throws IOException {
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new InputException("%s: the folder does not exist".formatted(file));
        }
        Path unfinished = folder.resolve(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            write(content, unfinished);
            move(unfinished, target);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static void write(Content content, Path target) throws IOException {
        try (Writer writer = Files.newBufferedWriter(target)) {
            content.writeTo(writer);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** What a person makes of an I/O error. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /** Tells what went wrong and gives the exit code for it. */
    int report(Throwable exception) {
        if (exception instanceof OutOfMemoryError) {
            long heap = Runtime.getRuntime().maxMemory();
            tell("p2psim: out of memory: the heap of %s is full; P2PSIM_JAVA_OPTS=-Xmx8g gives more"
                    .formatted(Bytes.format(heap)));
            return Main.BAD_INPUT;
        }
        if (exception instanceof InputException || exception instanceof InvalidPathException) {
            tell(String.valueOf(exception.getMessage()));
            return Main.BAD_INPUT;
        }
        if (exception instanceof EndOfTimeException) {
            tell("p2psim: " + exception.getMessage());
            return Main.BAD_INPUT;
        }
        tell("p2psim: this is a defect of p2psim, not of your input: " + exception);
        for (StackTraceElement frame : Arrays.asList(exception.getStackTrace()).subList(0, framesShown(exception))) {
            tell("    at " + frame);
        }
        tell("Please report it with the command line, the scenario file and what `p2psim --version` says.");
        return Main.OUR_FAULT;
    }

    private static int framesShown(Throwable exception) {
        return Math.min(FRAMES_SHOWN, exception.getStackTrace().length);
    }
}
