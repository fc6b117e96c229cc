"""Reuse of freed memory, for loops that allocate the same large buffers again and again."""

import ctypes
import platform

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of glibc's malloc.h
MOST_INT = 2**31 - 1


def keep_freed_memory() -> None:
    """Let this process keep what it frees instead of giving it back to the kernel.

    glibc maps every large buffer anew, and the kernel clears each page when it is first touched.
    A convolution's activations are such buffers: without that, training on a CPU is about twice as
    fast. Where there is no glibc, nothing happens.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, MOST_INT)
