package org.p2psim.platform;

/** The error numbers that p2psim's operations answer with (Linux, include/uapi/asm-generic/errno*.h). */
public enum Errno {
    EPERM(1),
    ENOENT(2),
    EINTR(4),
    EIO(5),
    ENXIO(6),
    EBADF(9),
    EAGAIN(11),
    ENOMEM(12),
    EFAULT(14),
    EBUSY(16),
    ENODEV(19),
    EINVAL(22),
    EMFILE(24),
    ENOTTY(25),
    EOVERFLOW(75),
    EOPNOTSUPP(95),
    ETIMEDOUT(110);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    /** The positive number, as in errno.h. */
    public int number() {
        return number;
    }

    /** As the kernel writes a return value: {@code -EPERM}. */
    @Override
    public String toString() {
        return "-" + name();
    }
}
