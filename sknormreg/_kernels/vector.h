/* The vector loops of the quadratic subproblem. BLAS would wake its threads for each. */
#ifndef SKNORMREG_VECTOR_H
#define SKNORMREG_VECTOR_H

#include <stddef.h>
#include "widest.h"

/* y += a x */
WIDEST static void axpy(ptrdiff_t n, double a, const double *x, double *y)
{
    _Pragma("omp simd")
    for (ptrdiff_t i = 0; i < n; i++) y[i] += a * x[i];
}

WIDEST static double dot(ptrdiff_t n, const double *x, const double *y)
{
    double s = 0;
    _Pragma("omp simd reduction(+ : s)")
    for (ptrdiff_t i = 0; i < n; i++) s += x[i] * y[i];
    return s;
}

/* sum of x (d v - a t) */
WIDEST static double dot_bent(ptrdiff_t n, const double *x, const double *d, const double *v,
                              const double *a, const double *t)
{
    double s = 0;
    _Pragma("omp simd reduction(+ : s)")
    for (ptrdiff_t i = 0; i < n; i++) s += x[i] * (d[i] * v[i] - a[i] * t[i]);
    return s;
}

/* v += h x, t += a h x */
WIDEST static void axpy_bent(ptrdiff_t n, double h, const double *x, const double *a, double *v, double *t)
{
    _Pragma("omp simd")
    for (ptrdiff_t i = 0; i < n; i++) {
        const double step = h * x[i];
        v[i] += step;
        t[i] += a[i] * step;
    }
}

/* (x, y) <- (c x + s y, c y - s x) */
WIDEST static void rotate(ptrdiff_t n, double c, double s, double *x, double *y)
{
    _Pragma("omp simd")
    for (ptrdiff_t i = 0; i < n; i++) {
        const double t = c * x[i] + s * y[i];
        y[i] = c * y[i] - s * x[i];
        x[i] = t;
    }
}

#endif
