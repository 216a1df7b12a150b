"""Ctrl-C in long loops: every so many operations the interpreter is asked."""

from cpython.exc cimport PyErr_CheckSignals


cdef enum:
    PATIENCE = 1 << 28   # multiplications and additions between two questions: a tenth of a second or so


cdef inline int check_signals() except -1 with gil:
    """Raises KeyboardInterrupt, or whatever else a signal handler raises."""
    PyErr_CheckSignals()
    return 0


cdef inline int count(Py_ssize_t *done, Py_ssize_t more) except -1 nogil:
    """Ask once in PATIENCE operations."""
    done[0] += more
    if done[0] > PATIENCE:
        done[0] = 0
        check_signals()
    return 0
