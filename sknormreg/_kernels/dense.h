/* Passes over a dense matrix whose columns are centred on the fly: (x_ij - m_j) is formed inside the
 * loop, so a column whose mean is far above its deviation keeps its digits and X is never copied.
 *
 * Every routine exists for float and double X (suffix 32 and 64) and accumulates in double.
 * F: column-major, ld = distance between columns.  C: row-major, ld = distance between rows.
 */
#ifndef SKNORMREG_DENSE_H
#define SKNORMREG_DENSE_H

#include <stddef.h>
#include "widest.h"

#define ROW_CHUNK 4096   /* partial sums of this length: cache-sized, and kinder to rounding */
#define COLUMN_CHUNK 512 /* columns of a row-major matrix treated together */

#define DEFINE_DENSE(T, BITS)                                                                       \
                                                                                                    \
/* out[0..3] += four columns . one residual */                                                      \
WIDEST static void columns4_dot_##BITS(const T *a, const T *b, const T *c, const T *d,              \
                                       const double *m, const double *r, ptrdiff_t n, double *out)  \
{                                                                                                   \
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;                                                          \
    const double m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3];                                        \
    _Pragma("omp simd reduction(+ : s0, s1, s2, s3)")                                               \
    for (ptrdiff_t i = 0; i < n; i++) {                                                             \
        s0 += (a[i] - m0) * r[i];                                                                   \
        s1 += (b[i] - m1) * r[i];                                                                   \
        s2 += (c[i] - m2) * r[i];                                                                   \
        s3 += (d[i] - m3) * r[i];                                                                   \
    }                                                                                               \
    out[0] += s0; out[1] += s1; out[2] += s2; out[3] += s3;                                         \
}                                                                                                   \
                                                                                                    \
/* out[4 t + u] += column t . residual u: enough sums at once to hide how long each takes */        \
WIDEST static void columns4_dot4_##BITS(const T *a, const T *b, const T *c, const T *d,             \
                                        const double *m, const double *p, const double *q,          \
                                        const double *r, const double *s, ptrdiff_t n, double *out) \
{                                                                                                   \
    double a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;                          \
    double c0 = 0, c1 = 0, c2 = 0, c3 = 0, d0 = 0, d1 = 0, d2 = 0, d3 = 0;                          \
    const double ma = m[0], mb = m[1], mc = m[2], md = m[3];                                        \
    _Pragma("omp simd reduction(+ : a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3)")\
    for (ptrdiff_t i = 0; i < n; i++) {                                                             \
        const double x = a[i] - ma, y = b[i] - mb, z = c[i] - mc, w = d[i] - md;                    \
        a0 += x * p[i]; a1 += x * q[i]; a2 += x * r[i]; a3 += x * s[i];                             \
        b0 += y * p[i]; b1 += y * q[i]; b2 += y * r[i]; b3 += y * s[i];                             \
        c0 += z * p[i]; c1 += z * q[i]; c2 += z * r[i]; c3 += z * s[i];                             \
        d0 += w * p[i]; d1 += w * q[i]; d2 += w * r[i]; d3 += w * s[i];                             \
    }                                                                                               \
    out[0] += a0; out[1] += a1; out[2] += a2; out[3] += a3;                                         \
    out[4] += b0; out[5] += b1; out[6] += b2; out[7] += b3;                                         \
    out[8] += c0; out[9] += c1; out[10] += c2; out[11] += c3;                                       \
    out[12] += d0; out[13] += d1; out[14] += d2; out[15] += d3;                                     \
}                                                                                                   \
                                                                                                    \
/* out_j += sum over four rows of (x_ij - m_j) r_i, for a run of columns */                         \
WIDEST static void rows4_add_##BITS(const T *a, const T *b, const T *c, const T *d,                 \
                                    const double *m, double r0, double r1, double r2, double r3,    \
                                    ptrdiff_t n, double *out)                                       \
{                                                                                                   \
    _Pragma("omp simd")                                                                             \
    for (ptrdiff_t j = 0; j < n; j++)                                                               \
        out[j] += ((a[j] - m[j]) * r0 + (b[j] - m[j]) * r1)                                         \
                + ((c[j] - m[j]) * r2 + (d[j] - m[j]) * r3);                                        \
}                                                                                                   \
                                                                                                    \
/* z_i += sum over four columns of (x_ij - m_j) w_j */                                              \
WIDEST static void columns4_add_##BITS(const T *a, const T *b, const T *c, const T *d,              \
                                       const double *m, const double *w, ptrdiff_t n, double *z)    \
{                                                                                                   \
    const double m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3];                                        \
    const double w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];                                        \
    _Pragma("omp simd")                                                                             \
    for (ptrdiff_t i = 0; i < n; i++)                                                               \
        z[i] += ((a[i] - m0) * w0 + (b[i] - m1) * w1) + ((c[i] - m2) * w2 + (d[i] - m3) * w3);      \
}                                                                                                   \
                                                                                                    \
/* sum_j (x_j - m_j) w_j over a whole row */                                                        \
WIDEST static double row_dot_##BITS(const T *a, const double *m, const double *w, ptrdiff_t n)      \
{                                                                                                   \
    double s = 0;                                                                                   \
    _Pragma("omp simd reduction(+ : s)")                                                            \
    for (ptrdiff_t j = 0; j < n; j++)                                                               \
        s += (a[j] - m[j]) * w[j];                                                                  \
    return s;                                                                                       \
}                                                                                                   \
                                                                                                    \
/* sum_i w_i (x_i - m)^2 over a column */                                                           \
WIDEST static double column_square_##BITS(const T *a, double m, const double *w, ptrdiff_t n)       \
{                                                                                                   \
    double s = 0;                                                                                   \
    _Pragma("omp simd reduction(+ : s)")                                                            \
    for (ptrdiff_t i = 0; i < n; i++)                                                               \
        s += w[i] * (a[i] - m) * (a[i] - m);                                                        \
    return s;                                                                                       \
}                                                                                                   \
                                                                                                    \
/* out_j += w (x_j - m_j)^2 for a run of columns of one row */                                      \
WIDEST static void row_square_##BITS(const T *a, const double *m, double w, ptrdiff_t n, double *out)\
{                                                                                                   \
    _Pragma("omp simd")                                                                             \
    for (ptrdiff_t j = 0; j < n; j++) out[j] += w * (a[j] - m[j]) * (a[j] - m[j]);                  \
}                                                                                                   \
                                                                                                    \
/* out_i = w_i (x_i - m) for some rows of a column */                                               \
WIDEST static void column_scale_##BITS(const T *a, double m, const double *w, ptrdiff_t n,          \
                                       double *out)                                                 \
{                                                                                                   \
    _Pragma("omp simd")                                                                             \
    for (ptrdiff_t i = 0; i < n; i++) out[i] = w[i] * (a[i] - m);                                   \
}                                                                                                   \
                                                                                                    \
/* out[j * rows + i] = w_i (x[first + i, cols[j]] - mean[cols[j]]) */                               \
static void gather_F##BITS(const T *X, ptrdiff_t ld, ptrdiff_t rows, const double *mean,            \
                           const ptrdiff_t *cols, ptrdiff_t p, const double *w, double *out)        \
{                                                                                                   \
    for (ptrdiff_t j = 0; j < p; j++)                                                               \
        column_scale_##BITS(X + cols[j] * ld, mean[cols[j]], w, rows, out + j * rows);              \
}                                                                                                   \
                                                                                                    \
/* out[k * p + j] = sum_i (x[i, cols[j]] - mean[cols[j]]) R[k, i];  out starts at zero */           \
static void correlate_F##BITS(const T *X, ptrdiff_t ld, ptrdiff_t n, const double *mean,            \
                              const ptrdiff_t *cols, ptrdiff_t p, const double *R, ptrdiff_t K,     \
                              double *out)                                                          \
{                                                                                                   \
    double part[16], m[4];                                                                          \
    const T *x[4];                                                                                  \
    for (ptrdiff_t i = 0; i < n; i += ROW_CHUNK) {                                                  \
        const ptrdiff_t rows = n - i < ROW_CHUNK ? n - i : ROW_CHUNK;                               \
        for (ptrdiff_t j = 0; j < p; j += 4) {                                                      \
            const ptrdiff_t width = p - j < 4 ? p - j : 4;                                          \
            for (int t = 0; t < 4; t++) { /* a short last group repeats its last column */          \
                const ptrdiff_t at = cols[j + (t < width ? t : width - 1)];                         \
                x[t] = X + at * ld + i;                                                             \
                m[t] = mean[at];                                                                    \
            }                                                                                       \
            ptrdiff_t k = 0;                                                                        \
            for (; K - k > 1; k += 4) {                                                             \
                const ptrdiff_t count = K - k < 4 ? K - k : 4;                                      \
                const double *r[4];                                                                 \
                for (int u = 0; u < 4; u++)                                                         \
                    r[u] = R + (k + (u < count ? u : count - 1)) * n + i;                           \
                for (int t = 0; t < 16; t++) part[t] = 0;                                           \
                columns4_dot4_##BITS(x[0], x[1], x[2], x[3], m, r[0], r[1], r[2], r[3], rows, part);\
                for (int t = 0; t < width; t++)                                                     \
                    for (int u = 0; u < count; u++) out[(k + u) * p + j + t] += part[4 * t + u];    \
            }                                                                                       \
            for (; k < K; k++) {                                                                    \
                for (int t = 0; t < 4; t++) part[t] = 0;                                            \
                columns4_dot_##BITS(x[0], x[1], x[2], x[3], m, R + k * n + i, rows, part);          \
                for (int t = 0; t < width; t++) out[k * p + j + t] += part[t];                      \
            }                                                                                       \
        }                                                                                           \
    }                                                                                               \
}                                                                                                   \
                                                                                                    \
/* The same for row-major X and all its columns. */                                                 \
static void correlate_C##BITS(const T *X, ptrdiff_t ld, ptrdiff_t n, const double *mean,            \
                              ptrdiff_t p, const double *R, ptrdiff_t K, double *out)               \
{                                                                                                   \
    for (ptrdiff_t j = 0; j < p; j += COLUMN_CHUNK) {                                               \
        const ptrdiff_t width = p - j < COLUMN_CHUNK ? p - j : COLUMN_CHUNK;                        \
        for (ptrdiff_t i = 0; i < n; i += 4) {                                                      \
            const ptrdiff_t rows = n - i < 4 ? n - i : 4;                                           \
            const T *x[4];                                                                          \
            for (int t = 0; t < 4; t++) x[t] = X + (i + (t < rows ? t : 0)) * ld + j;               \
            for (ptrdiff_t k = 0; k < K; k++) {                                                     \
                double r[4];                                                                        \
                for (int t = 0; t < 4; t++) r[t] = t < rows ? R[k * n + i + t] : 0.0;               \
                rows4_add_##BITS(x[0], x[1], x[2], x[3], mean + j, r[0], r[1], r[2], r[3],          \
                                 width, out + k * p + j);                                           \
            }                                                                                       \
        }                                                                                           \
    }                                                                                               \
}                                                                                                   \
                                                                                                    \
/* out[j] = sum_i w_i (x[i, cols[j]] - mean[cols[j]])^2;  out starts at zero */                     \
static void squares_F##BITS(const T *X, ptrdiff_t ld, ptrdiff_t n, const double *mean,              \
                            const ptrdiff_t *cols, ptrdiff_t p, const double *w, double *out)       \
{                                                                                                   \
    for (ptrdiff_t i = 0; i < n; i += ROW_CHUNK) {                                                  \
        const ptrdiff_t rows = n - i < ROW_CHUNK ? n - i : ROW_CHUNK;                               \
        for (ptrdiff_t j = 0; j < p; j++)                                                           \
            out[j] += column_square_##BITS(X + cols[j] * ld + i, mean[cols[j]], w + i, rows);       \
    }                                                                                               \
}                                                                                                   \
                                                                                                    \
/* The same for row-major X and all its columns. */                                                 \
static void squares_C##BITS(const T *X, ptrdiff_t ld, ptrdiff_t n, const double *mean,              \
                            ptrdiff_t p, const double *w, double *out)                              \
{                                                                                                   \
    for (ptrdiff_t i = 0; i < n; i++) row_square_##BITS(X + i * ld, mean, w[i], p, out);            \
}                                                                                                   \
                                                                                                    \
/* z_i += sum_j (x[i, cols[j]] - mean[cols[j]]) w_j */                                              \
static void combine_F##BITS(const T *X, ptrdiff_t ld, ptrdiff_t n, const double *mean,              \
                            const ptrdiff_t *cols, const double *w, ptrdiff_t p, double *z)         \
{                                                                                                   \
    for (ptrdiff_t i = 0; i < n; i += ROW_CHUNK) {                                                  \
        const ptrdiff_t rows = n - i < ROW_CHUNK ? n - i : ROW_CHUNK;                               \
        for (ptrdiff_t j = 0; j < p; j += 4) {                                                      \
            const ptrdiff_t width = p - j < 4 ? p - j : 4;                                          \
            const T *x[4];                                                                          \
            double m[4], v[4];                                                                      \
            for (int t = 0; t < 4; t++) {                                                           \
                const ptrdiff_t at = cols[j + (t < width ? t : 0)];                                 \
                x[t] = X + at * ld + i;                                                             \
                m[t] = mean[at];                                                                    \
                v[t] = t < width ? w[j + t] : 0.0;                                                  \
            }                                                                                       \
            columns4_add_##BITS(x[0], x[1], x[2], x[3], m, v, rows, z + i);                         \
        }                                                                                           \
    }                                                                                               \
}                                                                                                   \
                                                                                                    \
static void combine_C##BITS(const T *X, ptrdiff_t ld, ptrdiff_t n, const double *mean,              \
                            const ptrdiff_t *cols, const double *w, ptrdiff_t p, int whole,         \
                            double *z)                                                              \
{                                                                                                   \
    for (ptrdiff_t i = 0; i < n; i++) {                                                             \
        const T *row = X + i * ld;                                                                  \
        if (whole) {                                                                                \
            z[i] += row_dot_##BITS(row, mean, w, p);                                                \
        } else {                                                                                    \
            double s = 0;                                                                           \
            for (ptrdiff_t j = 0; j < p; j++) s += (row[cols[j]] - mean[cols[j]]) * w[j];           \
            z[i] += s;                                                                              \
        }                                                                                           \
    }                                                                                               \
}

DEFINE_DENSE(float, 32)
DEFINE_DENSE(double, 64)

#endif
