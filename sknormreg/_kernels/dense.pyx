# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Full passes over dense X: correlations with residuals, squares and linear combinations of columns.

X is float32 or float64, row- or column-major, read-only allowed. Everything else is float64.
"""

from cython cimport floating


cdef extern from "dense.h" nogil:
    void correlate_F32(const float *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                       Py_ssize_t, const double *, Py_ssize_t, double *)
    void correlate_F64(const double *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                       Py_ssize_t, const double *, Py_ssize_t, double *)
    void correlate_C32(const float *, Py_ssize_t, Py_ssize_t, const double *,
                       Py_ssize_t, const double *, Py_ssize_t, double *)
    void correlate_C64(const double *, Py_ssize_t, Py_ssize_t, const double *,
                       Py_ssize_t, const double *, Py_ssize_t, double *)
    void squares_F32(const float *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                     Py_ssize_t, const double *, double *)
    void squares_F64(const double *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                     Py_ssize_t, const double *, double *)
    void squares_C32(const float *, Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t,
                     const double *, double *)
    void squares_C64(const double *, Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t,
                     const double *, double *)
    void gather_F32(const float *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                    Py_ssize_t, const double *, double *)
    void gather_F64(const double *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                    Py_ssize_t, const double *, double *)
    void combine_F32(const float *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                     const double *, Py_ssize_t, double *)
    void combine_F64(const double *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                     const double *, Py_ssize_t, double *)
    void combine_C32(const float *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                     const double *, Py_ssize_t, int, double *)
    void combine_C64(const double *, Py_ssize_t, Py_ssize_t, const double *, const Py_ssize_t *,
                     const double *, Py_ssize_t, int, double *)


def correlate_columns(const floating[:, :] X, const double[::1] mean, const Py_ssize_t[::1] cols,
                      const double[:, ::1] R, double[:, ::1] out):
    """out[k, j] = sum_i (X[i, cols[j]] - mean[cols[j]]) R[k, i], for column-major X."""
    cdef Py_ssize_t n = X.shape[0], p = cols.shape[0], K = R.shape[0]
    cdef Py_ssize_t ld = X.strides[1] // sizeof(floating)
    if n == 0 or p == 0 or K == 0:
        return
    with nogil:
        if floating is float:
            correlate_F32(&X[0, 0], ld, n, &mean[0], &cols[0], p, &R[0, 0], K, &out[0, 0])
        else:
            correlate_F64(&X[0, 0], ld, n, &mean[0], &cols[0], p, &R[0, 0], K, &out[0, 0])


def correlate_rows(const floating[:, :] X, const double[::1] mean, const double[:, ::1] R,
                   double[:, ::1] out):
    """out[k, j] = sum_i (X[i, j] - mean[j]) R[k, i], for row-major X."""
    cdef Py_ssize_t n = X.shape[0], p = X.shape[1], K = R.shape[0]
    cdef Py_ssize_t ld = X.strides[0] // sizeof(floating)
    if n == 0 or p == 0 or K == 0:
        return
    with nogil:
        if floating is float:
            correlate_C32(&X[0, 0], ld, n, &mean[0], p, &R[0, 0], K, &out[0, 0])
        else:
            correlate_C64(&X[0, 0], ld, n, &mean[0], p, &R[0, 0], K, &out[0, 0])


def squares_columns(const floating[:, :] X, const double[::1] mean, const Py_ssize_t[::1] cols,
                    const double[::1] weights, double[::1] out):
    """out[j] = sum_i weights[i] (X[i, cols[j]] - mean[cols[j]])^2, for column-major X."""
    cdef Py_ssize_t n = X.shape[0], p = cols.shape[0]
    cdef Py_ssize_t ld = X.strides[1] // sizeof(floating)
    if n == 0 or p == 0:
        return
    with nogil:
        if floating is float:
            squares_F32(&X[0, 0], ld, n, &mean[0], &cols[0], p, &weights[0], &out[0])
        else:
            squares_F64(&X[0, 0], ld, n, &mean[0], &cols[0], p, &weights[0], &out[0])


def squares_rows(const floating[:, :] X, const double[::1] mean, const double[::1] weights,
                 double[::1] out):
    """out[j] = sum_i weights[i] (X[i, j] - mean[j])^2, for row-major X."""
    cdef Py_ssize_t n = X.shape[0], p = X.shape[1]
    cdef Py_ssize_t ld = X.strides[0] // sizeof(floating)
    if n == 0 or p == 0:
        return
    with nogil:
        if floating is float:
            squares_C32(&X[0, 0], ld, n, &mean[0], p, &weights[0], &out[0])
        else:
            squares_C64(&X[0, 0], ld, n, &mean[0], p, &weights[0], &out[0])


def gather_columns(const floating[:, :] X, const double[::1] mean, const Py_ssize_t[::1] cols,
                   const double[::1] scale, double[:, ::1] out):
    """out[j, i] = scale[i] (X[i, cols[j]] - mean[cols[j]]), for column-major X."""
    cdef Py_ssize_t n = X.shape[0], p = cols.shape[0]
    cdef Py_ssize_t ld = X.strides[1] // sizeof(floating)
    if n == 0 or p == 0:
        return
    with nogil:
        if floating is float:
            gather_F32(&X[0, 0], ld, n, &mean[0], &cols[0], p, &scale[0], &out[0, 0])
        else:
            gather_F64(&X[0, 0], ld, n, &mean[0], &cols[0], p, &scale[0], &out[0, 0])


def combine(const floating[:, :] X, const double[::1] mean, const Py_ssize_t[::1] cols,
            const double[::1] w, bint column_major, double[::1] z):
    """z[i] += sum_j (X[i, cols[j]] - mean[cols[j]]) w[j]."""
    cdef Py_ssize_t n = X.shape[0], p = cols.shape[0]
    cdef bint whole = p == X.shape[1]
    cdef Py_ssize_t ld = X.strides[1 if column_major else 0] // sizeof(floating)
    if n == 0 or p == 0:
        return
    with nogil:
        if floating is float:
            if column_major:
                combine_F32(&X[0, 0], ld, n, &mean[0], &cols[0], &w[0], p, &z[0])
            else:
                combine_C32(&X[0, 0], ld, n, &mean[0], &cols[0], &w[0], p, whole, &z[0])
        elif column_major:
            combine_F64(&X[0, 0], ld, n, &mean[0], &cols[0], &w[0], p, &z[0])
        else:
            combine_C64(&X[0, 0], ld, n, &mean[0], &cols[0], &w[0], p, whole, &z[0])
