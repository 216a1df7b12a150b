# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Coordinate descent on residuals: a coordinate costs its column and no row of a Gram matrix.

    minimise  q'(w - w0) + 1/2 |B (w - w0)|^2 + sum_j l1_j |w_j| + l2_j / 2 w_j^2
    subject to  low <= w <= high

The columns of B are those of `values` (rows of it where they are dense, else compressed columns) less
`mean_j` times a column `root` that is the same for all. `r` is what the values make of w - w0 and is kept
up to date; so is S, the product of `root` and r. With mean_j = values_j'root / |root|^2 the gradient is
q_j + values_j'r - mean_j S, so the centring costs nothing.
"""

from .signals cimport count

ctypedef fused integer:
    int
    long long

ctypedef fused real:
    float
    double


cdef extern from "vector.h" nogil:
    void axpy(Py_ssize_t, double, const double *, double *)
    double dot(Py_ssize_t, const double *, const double *)
    double dot_bent(Py_ssize_t, const double *, const double *, const double *, const double *,
                    const double *)
    void axpy_bent(Py_ssize_t, double, const double *, const double *, double *, double *)


cdef inline double gather(const double *x, const integer *at, Py_ssize_t size,
                          const double *r) noexcept nogil:
    """Sum of x_i r_at(i), four at a time: one sum alone would wait for each addition."""
    cdef double total = 0.0, second = 0.0, third = 0.0, fourth = 0.0
    cdef Py_ssize_t i, whole = size - size % 4
    for i in range(0, whole, 4):
        total += x[i] * r[at[i]]
        second += x[i + 1] * r[at[i + 1]]
        third += x[i + 2] * r[at[i + 2]]
        fourth += x[i + 3] * r[at[i + 3]]
    for i in range(whole, size):
        total += x[i] * r[at[i]]
    return (total + second) + (third + fourth)


cdef inline void scatter(double h, const real *x, const integer *at, Py_ssize_t size,
                         double *r) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(size):
        r[at[i]] += h * x[i]


cdef inline double best(double target, double curvature, double l1, double low, double high) noexcept nogil:
    cdef double w = 0.0
    if target > l1:
        w = (target - l1) / curvature
    elif target < -l1:
        w = (target + l1) / curvature
    return low if w < low else high if w > high else w


def sweep(const double[::1] values, const integer[::1] indices, const integer[::1] starts,
          const double[::1] mean, double total, double[::1] r, double S, const double[::1] q,
          const double[::1] square, double[::1] w, const double[::1] l1, const double[::1] l2,
          const double[::1] low, const double[::1] high, const Py_ssize_t[::1] cols,
          Py_ssize_t most, double enough):
    """Sweep over `cols` until a sweep moves less than `enough` times what the first did, `most` times.

    What a sweep moves is measured by the sum of its squared steps, each times its curvature. `square` is
    the diagonal of B'B and `total` the sum of squares of `root`. Without `starts` the columns are dense,
    one after the other. Returns (sweeps, moved by the first, changes of sign in the first, operations, S).
    """
    cdef Py_ssize_t a, j, sweeps = 0, changes = 0, done = 0, size = r.shape[0], operations = 0
    cdef bint dense = starts.shape[0] == 0
    cdef double old, new, curvature, gradient, moved = 0.0, first = 0.0
    cdef const double *x
    with nogil:
        while sweeps < most:
            sweeps += 1
            moved = 0.0
            for a in range(cols.shape[0]):
                j = cols[a]
                old = w[j]
                curvature = square[j] + l2[j]
                if curvature > 0.0:
                    if dense:
                        x = &values[j * size]
                        gradient = q[j] + dot(size, x, &r[0])
                    else:
                        size = starts[j + 1] - starts[j]
                        x = &values[starts[j]]
                        gradient = q[j] - mean[j] * S + gather(x, &indices[starts[j]], size, &r[0])
                    new = best(square[j] * old - gradient, curvature, l1[j], low[j], high[j])
                    operations += size
                else:
                    new = low[j] if low[j] > 0.0 else high[j] if high[j] < 0.0 else 0.0
                if new == old:
                    continue
                w[j] = new
                if curvature > 0.0:
                    if dense:
                        axpy(size, new - old, x, &r[0])
                    else:
                        scatter(new - old, x, &indices[starts[j]], size, &r[0])
                        S += (new - old) * mean[j] * total
                    moved += curvature * (new - old) * (new - old)
                    operations += size
                if sweeps == 1 and ((new > 0.0) != (old > 0.0) or (new < 0.0) != (old < 0.0)):
                    changes += 1
                count(&done, 2 * size)
            if sweeps == 1:
                first = moved
            if moved <= enough * first:
                break
    return sweeps, first, changes, operations, S


def add(const double[::1] values, const Py_ssize_t[::1] cols, const double[::1] x, double[::1] r):
    """r += sum of x_a times the column cols_a of dense `values`."""
    cdef Py_ssize_t a
    with nogil:
        for a in range(cols.shape[0]):
            axpy(r.shape[0], x[a], &values[cols[a] * r.shape[0]], &r[0])


def add_compressed(const real[::1] values, const integer[::1] indices, const integer[::1] starts,
                   const Py_ssize_t[::1] cols, const double[::1] x, double[::1] r):
    """The same of compressed columns."""
    cdef Py_ssize_t a, j
    with nogil:
        for a in range(cols.shape[0]):
            j = cols[a]
            scatter(x[a], &values[starts[j]], &indices[starts[j]], starts[j + 1] - starts[j], &r[0])


def correlate(const double[::1] values, const Py_ssize_t[::1] cols, const double[::1] r, double[::1] out):
    """out_a = the product of the column cols_a of dense `values` and r."""
    cdef Py_ssize_t a
    with nogil:
        for a in range(cols.shape[0]):
            out[a] = dot(r.shape[0], &values[cols[a] * r.shape[0]], &r[0])


def correlate_compressed(const double[::1] values, const integer[::1] indices, const integer[::1] starts,
                         const Py_ssize_t[::1] cols, const double[::1] r, double[::1] out):
    """The same of compressed columns."""
    cdef Py_ssize_t a, j
    with nogil:
        for a in range(cols.shape[0]):
            j = cols[a]
            out[a] = gather(&values[starts[j]], &indices[starts[j]], starts[j + 1] - starts[j], &r[0])


def squares(const double[::1] values, const integer[::1] indices, const integer[::1] starts,
            const double[::1] root, const double[::1] mean, double total, double[::1] out):
    """The squared length of each compressed column of `values` less `mean_j` times the column `root`."""
    cdef Py_ssize_t i, j
    cdef double centred, inside, own, stored
    with nogil:
        for j in range(starts.shape[0] - 1):
            inside = own = 0.0
            for i in range(starts[j], starts[j + 1]):
                stored = root[indices[i]]
                centred = values[i] - mean[j] * stored
                inside += centred * centred
                own += stored * stored
            out[j] = inside
            if total > own:
                out[j] += (total - own) * mean[j] * mean[j]


cdef inline double bent(const double *x, const integer *at, Py_ssize_t size, const double *d,
                        const double *v, const double *a, const double *t) noexcept nogil:
    """Sum of x_i (d_i v_i - a_i t_i); `at` is NULL where the column is dense."""
    cdef double total = 0.0
    cdef Py_ssize_t i, row
    if at == NULL:
        return dot_bent(size, x, d, v, a, t)
    for i in range(size):
        row = at[i]
        total += x[i] * (d[row] * v[row] - a[row] * t[row])
    return total


cdef inline void shift(double h, const double *x, const integer *at, Py_ssize_t size, double *v,
                       const double *a, double *t) noexcept nogil:
    """v += h x and t += a h x."""
    cdef Py_ssize_t i, row
    if at == NULL:
        axpy_bent(size, h, x, a, v, t)
        return
    for i in range(size):
        row = at[i]
        v[row] += h * x[i]
        t[row] += a[row] * h * x[i]


def sweep_outputs(const double[::1] values, const integer[::1] indices, const integer[::1] starts,
                  const double[:, ::1] d, const double[:, ::1] a, double[:, ::1] v, double[::1] t,
                  const double[::1] q, const double[::1] square, double[::1] w, const double[::1] l1,
                  const double[::1] l2, const double[::1] low, const double[::1] high,
                  const Py_ssize_t[::1] cols, const Py_ssize_t[::1] outputs,
                  const Py_ssize_t[::1] features, const double[::1] ones, Py_ssize_t most, double enough):
    """The same for several outputs; sample i has the Hessian diag(d_i) - a_i a_i' in their predictors.

    Coordinate j is the coefficient of feature features[j] in output outputs[j]; a feature of -1 is the
    column of `ones`. v (K, n) is what the columns make of w - w0, and t (n,) the sum of a v over them.
    Returns (sweeps, moved by the first, changes of sign in the first, operations).
    """
    cdef Py_ssize_t c, j, k, f, sweeps = 0, changes = 0, done = 0, n = t.shape[0], size, operations = 0
    cdef bint dense = starts.shape[0] == 0
    cdef double old, new, curvature, gradient, moved = 0.0, first = 0.0
    cdef const double *x
    cdef const integer *at
    with nogil:
        while sweeps < most:
            sweeps += 1
            moved = 0.0
            for c in range(cols.shape[0]):
                j = cols[c]
                curvature = square[j] + l2[j]
                old = w[j]
                if curvature <= 0.0 and l1[j] == 0.0:
                    continue
                k, f = outputs[j], features[j]
                size = n
                at = NULL
                if f < 0:
                    x = &ones[0]
                elif dense:
                    x = &values[f * n]
                else:
                    size = starts[f + 1] - starts[f]
                    x = &values[starts[f]]
                    at = &indices[starts[f]]
                if curvature > 0.0:
                    gradient = q[j] + bent(x, at, size, &d[k, 0], &v[k, 0], &a[k, 0], &t[0])
                    new = best(square[j] * old - gradient,
                               curvature, l1[j], low[j], high[j])
                else:  # a column of zeros, which a start may have coefficients of
                    new = low[j] if low[j] > 0.0 else high[j] if high[j] < 0.0 else 0.0
                operations += 2 * size
                if new == old:
                    count(&done, 2 * size)
                    continue
                w[j] = new
                shift(new - old, x, at, size, &v[k, 0], &a[k, 0], &t[0])
                moved += curvature * (new - old) * (new - old)
                operations += 2 * size
                if sweeps == 1 and ((new > 0.0) != (old > 0.0) or (new < 0.0) != (old < 0.0)):
                    changes += 1
                count(&done, 4 * size)
            if sweeps == 1:
                first = moved
            if moved <= enough * first:
                break
    return sweeps, first, changes, operations
