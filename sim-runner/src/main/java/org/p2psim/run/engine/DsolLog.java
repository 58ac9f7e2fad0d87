package org.p2psim.run.engine;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import nl.tudelft.simulation.dsol.logger.Cat;
import org.djutils.logger.CategoryLogger;
import org.djutils.logger.LogCategory;

/** DSOL's log. It has its own appenders, which write to standard output unless told otherwise. */
final class DsolLog implements CategoryLogger.CategoryAppenderFactory {
    /** What DSOL calls the appender that it makes when there is no other. */
    private static final String ITS_OWN = "CONSOLE";

    private static boolean done;

    private DsolLog() {}

    static synchronized void toStandardError() {
        if (!done) {
            CategoryLogger.addAppender("STDERR", new DsolLog());
            CategoryLogger.removeAppender(ITS_OWN);
            CategoryLogger.addLogCategory(Cat.DSOL);
            CategoryLogger.setLogLevelAll(Level.WARN);
            done = true;
        }
    }

    /** A simulator gives the log its clock, and would be held by it until the next one is made. */
    static void forgetClock() {
        CategoryLogger.removeFormatter(Cat.DSOL, "simTime");
    }

    @Override
    public String id() {
        return "STDERR";
    }

    @Override
    public Appender<ILoggingEvent> create(String id, LogCategory category, String pattern, LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%-5level DSOL - %msg%n");
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setName(id + "@" + category);
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        return appender;
    }
}
