# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Coordinate descent in Gram space.

    minimise  q0'(w - w0) + 1/2 (w - w0)' G (w - w0) + sum_j l1_j |w_j| + l2_j / 2 w_j^2
    subject to  low <= w <= high

`q` is the gradient of the quadratic at `w` (l2 not included) and is kept up to date, so a coordinate
that does not move costs O(1) and one that moves costs one row of G.
"""

from .signals cimport count


cdef extern from "vector.h" nogil:
    void axpy(Py_ssize_t, double, const double *, double *)


def descend(const double[:, :] G, double[::1] q, double[::1] w, const double[::1] l1,
            const double[::1] l2, const double[::1] low, const double[::1] high,
            Py_ssize_t max_epochs, Py_ssize_t settled):
    """Cycle until the pattern has stood still for `settled` epochs. Returns the epochs run.

    The pattern of a coordinate is its sign and which bound it touches.
    """
    cdef Py_ssize_t m = w.shape[0], j, epoch = 0, changes, quiet = 0, done = 0
    cdef Py_ssize_t ld = G.strides[0] // sizeof(double)   # rows of G are contiguous
    cdef const double *g = &G[0, 0] if m else NULL
    cdef double old, new, curvature, target
    cdef bint moved
    with nogil:
        while epoch < max_epochs:
            epoch += 1
            changes = 0
            moved = False
            for j in range(m):
                old = w[j]
                curvature = g[j * ld + j] + l2[j]
                if curvature > 0.0:
                    target = g[j * ld + j] * old - q[j]
                    if target > l1[j]:
                        new = (target - l1[j]) / curvature
                    elif target < -l1[j]:
                        new = (target + l1[j]) / curvature
                    else:
                        new = 0.0
                else:
                    new = 0.0
                if new < low[j]:
                    new = low[j]
                elif new > high[j]:
                    new = high[j]
                if new != old:
                    w[j] = new
                    axpy(m, new - old, &g[j * ld], &q[0])
                    count(&done, m)
                    moved = True
                    if ((new > 0.0) != (old > 0.0) or (new < 0.0) != (old < 0.0)
                            or (new == low[j]) != (old == low[j])
                            or (new == high[j]) != (old == high[j])):
                        changes += 1
            quiet = quiet + 1 if changes == 0 else 0
            if quiet == settled or not moved:
                break
    return epoch
