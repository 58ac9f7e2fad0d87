package org.p2psim.scenario.evidence;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.p2psim.scenario.VisibleText;

/** Evidence that cannot be read; the message says where (file, line, field), what is wrong and what would be right. */
public final class EvidenceException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int LONGEST_MESSAGE = 600;

    public EvidenceException(String message) {
        super(VisibleText.clipped(message, LONGEST_MESSAGE));
    }

    static EvidenceException of(String path, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new EvidenceException("%s: no such file or folder".formatted(path));
        }
        String reason = e instanceof AccessDeniedException ? "permission denied" : "cannot be read: " + e.getMessage();
        return new EvidenceException("%s: %s".formatted(path, reason));
    }
}
