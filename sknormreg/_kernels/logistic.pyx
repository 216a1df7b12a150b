# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The logistic loss of two classes, sum_i s_i log(1 + exp(t_i)), with one exponential a sample.

y holds zeros and ones and z the linear predictor; t is how far the other class is ahead: z where y is 0
and -z where it is 1. With e = exp(-|t|) nothing cancels however sure a prediction is.
"""

from libc.math cimport INFINITY, exp, fabs, fmax, fmin, log, log1p, tanh

cdef enum:
    RUN = 63        # of so many samples and one more the sum is plain, that of the runs compensated
    MAX_STEPS = 200

cdef double EPS = 2.0 ** -52
cdef double TINY = 2.2250738585072014e-308
cdef double FAINT = 1e-290      # smaller probabilities overflow as divisors
cdef double DAMPING = 1e-12
cdef double FAR = 40.0          # a log-loss at this distance from zero is flat or straight
cdef double NEAR = 0.25         # within this no curvature changes by more than a third


cdef struct Sum:
    double total
    double lost


cdef inline void add(Sum *s, double x) noexcept nogil:
    """Neumaier's summation."""
    cdef double total = s.total + x
    s.lost += (s.total - total) + x if fabs(s.total) >= fabs(x) else (x - total) + s.total
    s.total = total


cdef inline double ahead(double y, double z) noexcept nogil:
    return -z if y > 0.5 else z


cdef inline double wrong(double t, double e) noexcept nogil:
    """Probability of the other class."""
    return 1.0 / (1.0 + e) if t > 0.0 else e / (1.0 + e)


cdef double total_loss(const double *y, const double *z, const double *s, Py_ssize_t n,
                       double shift) noexcept nogil:
    cdef Sum found = Sum(0.0, 0.0)
    cdef double run = 0.0, t
    cdef Py_ssize_t i
    for i in range(n):
        t = ahead(y[i], z[i] + shift)
        run += s[i] * (fmax(t, 0.0) + log1p(exp(-fabs(t))))
        if i & RUN == RUN or i == n - 1:
            add(&found, run)
            run = 0.0
    return found.total + found.lost


def value(const double[::1] y, const double[::1] z, const double[::1] s):
    cdef double found
    with nogil:
        found = total_loss(&y[0], &z[0], &s[0], z.shape[0], 0.0)
    return found


def gradient(const double[::1] y, const double[::1] z, const double[::1] s, double[::1] out):
    """In z, sample by sample."""
    cdef Py_ssize_t i
    cdef double t, p
    with nogil:
        for i in range(z.shape[0]):
            t = ahead(y[i], z[i])
            p = s[i] * wrong(t, exp(-fabs(t)))
            out[i] = -p if y[i] > 0.5 else p


def curvature(const double[::1] z, const double[::1] s, double[::1] out):
    """Second derivative in z, sample by sample."""
    cdef Py_ssize_t i
    cdef double e
    with nogil:
        for i in range(z.shape[0]):
            e = exp(-fabs(z[i]))
            out[i] = s[i] * (e / (1.0 + e)) / (1.0 + e)


def divergence(const double[::1] y, const double[::1] z, const double[::1] s, double tau):
    """Sum of s KL(q | p): p the probabilities and q those of tau times the dual point, tau < 1.

    The two terms of a sample cancel to second order in 1 - tau, but each is no larger than (1 - tau) times
    the probability of the other class.
    """
    cdef Sum found = Sum(0.0, 0.0)
    cdef double shrunk = tau * log(tau) if tau > 0.0 else 0.0
    cdef double run = 0.0, t, e, other, right, moved, gain
    cdef Py_ssize_t i, n = z.shape[0]
    with nogil:
        for i in range(n):
            t = ahead(y[i], z[i])
            e = exp(-fabs(t))
            other, right = wrong(t, e), wrong(-t, e)
            moved = (1.0 - tau) * other
            if right > FAINT:
                gain = log1p(moved / right)
            else:
                gain = log(right + moved) + fmax(t, 0.0) + log1p(e)
            run += s[i] * (shrunk * other + (right + moved) * gain)
            if i & RUN == RUN or i == n - 1:
                add(&found, run)
                run = 0.0
    return fmax(0.0, found.total + found.lost)


cdef void slopes(const double *y, const double *z, const double *s, Py_ssize_t n, double shift,
                 bint guarded, double *out) noexcept nogil:
    """Sums of the gradient, of its size and of the curvature, or where `guarded` of the majoriser's."""
    cdef Sum gradients = Sum(0.0, 0.0), curvatures = Sum(0.0, 0.0), sizes = Sum(0.0, 0.0)
    cdef double run = 0.0, size = 0.0, curved = 0.0, t, e, p
    cdef Py_ssize_t i
    for i in range(n):
        t = ahead(y[i], z[i] + shift)
        e = exp(-fabs(t))
        p = s[i] * wrong(t, e)
        run += -p if y[i] > 0.5 else p
        size += p
        if guarded:   # (expit(z) - 1/2) / z, see LogLoss.majoriser
            t = fmax(fabs(t), 1e-4)
            curved += s[i] * 0.5 * tanh(0.5 * t) / t
        else:
            curved += s[i] * (e / (1.0 + e)) / (1.0 + e)
        if i & RUN == RUN or i == n - 1:
            add(&gradients, run)
            add(&sizes, size)
            add(&curvatures, curved)
            run, size, curved = 0.0, 0.0, 0.0
    out[0] = gradients.total + gradients.lost
    out[1] = sizes.total + sizes.lost
    out[2] = curvatures.total + curvatures.lost


def best_intercept(const double[::1] y, const double[::1] z, const double[::1] s):
    """What to add to z: `losses.best_intercept`, step by step, for one output.

    But for one shortcut: a Newton step so short that the curvature hardly changes along it is not searched.
    """
    cdef Py_ssize_t i, n = z.shape[0]
    cdef double change = 0.0, best = 0.0, lowest = INFINITY, t = 1.0
    cdef double value = -1.0, new, error, step, decrease, reach, longest = 0.0
    cdef double at[3]
    cdef bint settling = False, guarded
    cdef int _
    with nogil:
        for i in range(n):
            longest = fmax(longest, fabs(z[i]))
        for _ in range(MAX_STEPS):
            slopes(&y[0], &z[0], &s[0], n, change, t < 0.5, at)
            error = fabs(at[0]) / fmax(at[1], TINY)
            if settling and error > 0.5 * lowest:
                best = change if error < lowest else best
                break
            best, lowest = change, error
            step = -at[0] / (fmax(at[2], fmax(DAMPING * at[1], TINY)) * (1.0 + DAMPING))
            reach = 2.0 * (longest + fabs(change)) + FAR   # past this every row has changed sides
            step *= fmin(1.0, reach / fmax(reach, fabs(step)))
            decrease = -at[0] * step
            settling = settling or (t >= 0.5 and fabs(step) <= NEAR)
            if not settling and value < 0.0:
                value = total_loss(&y[0], &z[0], &s[0], n, 0.0)
            if settling or decrease <= 4.0 * EPS * value:
                best = change + step
                if error * fabs(step) <= EPS:   # what the step will leave of the error is less
                    break
                change, t, settling = best, 1.0, True
                continue
            guarded = t < 0.5
            t = 1.0
            while t > 1e-10:
                new = total_loss(&y[0], &z[0], &s[0], n, change + t * step)
                if new <= value - 1e-4 * t * decrease:
                    change += t * step
                    value = new
                    break
                t /= 2.0
            best = change
            if guarded and t < 1.0:   # the majoriser's step is never too long, but for rounding
                break
    return best
