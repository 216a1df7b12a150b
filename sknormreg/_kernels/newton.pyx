# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The Newton finish: an active-set method on the quadratic subproblem of `descent`.

The free coordinates (non-zero, or with no kink at zero, and inside their bounds) carry a Cholesky factor
R'R of their block of G + diag(l2). Each round

1. steps towards the stationary point of the present pattern, up to the first breakpoint (a sign change or
   a bound); the coordinate that blocks stays there and leaves the factor;
2. after a full step, frees the coordinate that violates its optimality condition most.

A column that depends on the free ones (tiny pivot) is freed by moving along the null direction until some
coordinate reaches a breakpoint and leaves, so a solution with independent free columns is reached.

R is upper triangular and row-major; it gains a column by forward substitution and loses one by rotations,
each O(k^2). The gradient of all m coordinates, O(m k), is formed only after a full step: along a step of
length t the free coordinates' own gradient simply shrinks by 1 - t.
"""

from libc.math cimport INFINITY, fabs, fmax, hypot, sqrt
from libc.stdlib cimport free, malloc
from libc.string cimport memmove

from scipy.linalg.cython_lapack cimport dpotrf, dpstrf

from .signals cimport count


cdef extern from "vector.h" nogil:
    void axpy(Py_ssize_t, double, const double *, double *)
    double dot(Py_ssize_t, const double *, const double *)
    void rotate(Py_ssize_t, double, double, double *, double *)


OPTIMAL, STEP_LIMIT = range(2)   # why the search ended

cdef double DEPENDENT = 1e-13    # pivot^2 relative to the diagonal, times the size of the factor
cdef double ROUNDING = 3.6e-15   # 16 eps, as in the model
cdef double ABSENT = 1e-10       # part of a null direction that is rounding, relative to its size
# PARKED: depends on the free columns, so it is stationary where they are (or nearly, and brought there).
# BARRED: its violation is rounding.
cdef Py_ssize_t MANY = 50        # rotations after which a factor is formed anew
cdef char HELD = 0, FREE = 1, PARKED = 2, BARRED = 3


cdef struct Search:
    Py_ssize_t m          # coordinates
    Py_ssize_t k          # free coordinates
    const double *G
    Py_ssize_t ld         # distance between rows of G
    double *q             # gradient of the quadratic at `base`, without l2
    double *w
    const double *l1
    const double *l2
    const double *low
    const double *high
    const double *noise   # how large an entry of the gradient is by rounding alone, at the first w
    double size           # norm of the predictions of w: what rounding grows with
    double *base          # the w for which q was formed
    double *R             # factor, m x m storage
    Py_ssize_t *order     # the free coordinates, in factor order
    double *pull          # minus the free coordinates' gradient at w, in factor order
    double *d             # direction over the free coordinates
    double *x             # scratch of length m
    double *sign          # the side of zero on which a free coordinate lives
    char *state           # HELD, FREE, PARKED or BARRED
    Py_ssize_t factored   # factorisations from scratch
    Py_ssize_t removed    # coordinates dropped from the factor since
    double worst_pivot    # the smallest squared pivot relative to its diagonal, of columns kept out too
    double pivot          # of the column last tried, squared: curvature along its null direction
    Py_ssize_t done       # operations since signals were looked at


cdef inline double diagonal(Search *s, Py_ssize_t j) noexcept nogil:
    return s.G[j * s.ld + j] + s.l2[j]


cdef inline double slope_up(Search *s, Py_ssize_t j) noexcept nogil:
    """Right-hand derivative of the objective in w_j."""
    return s.q[j] + s.l2[j] * s.w[j] + (s.l1[j] if s.w[j] >= 0.0 else -s.l1[j])


cdef inline double slope_down(Search *s, Py_ssize_t j) noexcept nogil:
    """Left-hand derivative of the objective in w_j."""
    return s.q[j] + s.l2[j] * s.w[j] + (s.l1[j] if s.w[j] > 0.0 else -s.l1[j])


cdef inline double rounding_at(Search *s, Py_ssize_t j) noexcept nogil:
    """How large the gradient in w_j may be by rounding alone."""
    return s.noise[j] + ROUNDING * s.size * sqrt(fmax(s.G[j * s.ld + j], 0.0))


cdef double predicted(Search *s) noexcept nogil:
    """Norm of w, each coordinate in the size of its column; squares of it might overflow."""
    cdef double largest = 0.0, total = 0.0, share
    cdef Py_ssize_t j
    for j in range(s.m):
        if s.w[j] != 0.0:
            largest = fmax(largest, fabs(s.w[j]) * sqrt(fmax(s.G[j * s.ld + j], 0.0)))
    if largest == 0.0 or largest == INFINITY:
        return largest
    for j in range(s.m):
        if s.w[j] != 0.0:
            share = s.w[j] * sqrt(fmax(s.G[j * s.ld + j], 0.0)) / largest
            total += share * share
    return largest * sqrt(total)


cdef void refresh(Search *s) noexcept nogil:
    """Bring q, and with it `pull`, to the present w."""
    cdef Py_ssize_t i, j
    for j in range(s.m):
        if s.w[j] != s.base[j]:
            axpy(s.m, s.w[j] - s.base[j], &s.G[j * s.ld], s.q)
            s.base[j] = s.w[j]
    s.size = predicted(s)
    for i in range(s.k):
        j = s.order[i]
        s.pull[i] = -(s.q[j] + s.l2[j] * s.w[j] + s.l1[j] * s.sign[j])


cdef void forward_substitute(Search *s, double *x) noexcept nogil:
    cdef Py_ssize_t i, m = s.m, k = s.k
    for i in range(k):
        x[i] /= s.R[i * m + i]
        axpy(k - i - 1, -x[i], &s.R[i * m + i + 1], &x[i + 1])


cdef void back_substitute(Search *s, double *x) noexcept nogil:
    cdef Py_ssize_t i, m = s.m, k = s.k
    for i in range(k - 1, -1, -1):
        x[i] = (x[i] - dot(k - i - 1, &s.R[i * m + i + 1], &x[i + 1])) / s.R[i * m + i]


cdef bint append(Search *s, Py_ssize_t j) noexcept nogil:
    """Add coordinate j to the factor; False, with R^-T G_Aj left in s.x, when it is dependent."""
    cdef Py_ssize_t k = s.k, i, m = s.m
    cdef double pivot = diagonal(s, j)
    for i in range(k):
        s.x[i] = s.G[j * s.ld + s.order[i]]
    forward_substitute(s, s.x)
    pivot -= dot(k, s.x, s.x)
    s.pivot = pivot
    s.worst_pivot = min(s.worst_pivot, fmax(pivot, 0.0) / diagonal(s, j))
    if pivot <= DEPENDENT * (k + 1) * diagonal(s, j):
        return False
    for i in range(k):
        s.R[i * m + k] = s.x[i]
    s.R[k * m + k] = sqrt(pivot)
    s.order[k] = j
    s.pull[k] = -(s.q[j] + s.l2[j] * s.w[j] + s.l1[j] * s.sign[j])
    s.state[j] = FREE
    s.k = k + 1
    return True


cdef void remove(Search *s, Py_ssize_t at) noexcept nogil:
    """Drop the coordinate at place `at` of the factor."""
    cdef Py_ssize_t k = s.k, i, m = s.m
    cdef double a, b, r
    s.removed += 1
    s.state[s.order[at]] = HELD
    for i in range(k):
        if i <= at:
            memmove(&s.R[i * m + at], &s.R[i * m + at + 1], (k - at - 1) * sizeof(double))
        else:
            memmove(&s.R[i * m + i - 1], &s.R[i * m + i], (k - i) * sizeof(double))
    for i in range(at, k - 1):
        # rows i and i + 1 now both start at column i
        a = s.R[i * m + i]
        b = s.R[(i + 1) * m + i]
        r = hypot(a, b)
        s.R[i * m + i] = r
        rotate(k - 2 - i, a / r, b / r, &s.R[i * m + i + 1], &s.R[(i + 1) * m + i + 1])
    memmove(&s.order[at], &s.order[at + 1], (k - at - 1) * sizeof(Py_ssize_t))
    memmove(&s.pull[at], &s.pull[at + 1], (k - at - 1) * sizeof(double))
    s.k = k - 1
    for i in range(m):
        if s.state[i] == PARKED:
            s.state[i] = HELD   # it may be independent of what is left


cdef double breakpoint(Search *s, Py_ssize_t j, double d, double *landing) noexcept nogil:
    """How far w_j can move along d before it meets zero (where it has a kink) or a bound."""
    cdef double t = INFINITY, w = s.w[j]
    if d == 0.0:
        return t
    if s.l1[j] > 0.0 and s.sign[j] * d < 0.0:
        t = -w / d
        landing[0] = 0.0
    if d > 0.0 and s.high[j] < INFINITY and (s.high[j] - w) / d < t:
        t = (s.high[j] - w) / d
        landing[0] = s.high[j]
    elif d < 0.0 and s.low[j] > -INFINITY and (s.low[j] - w) / d < t:
        t = (s.low[j] - w) / d
        landing[0] = s.low[j]
    return t if t > 0.0 else 0.0


cdef Py_ssize_t first_breakpoint(Search *s, double *t, double *landing) noexcept nogil:
    """Place in the factor of the coordinate that blocks before `t`, or -1; `t` is shortened to it."""
    cdef Py_ssize_t i, blocking = -1
    cdef double here, there = 0.0
    for i in range(s.k):
        here = breakpoint(s, s.order[i], s.d[i], &there)
        if here < t[0]:
            t[0] = here
            landing[0] = there
            blocking = i
    return blocking


cdef void move(Search *s, double t) noexcept nogil:
    """w_A += t d. A coordinate that blocks is then put exactly on its breakpoint by the caller."""
    cdef Py_ssize_t i
    for i in range(s.k):
        s.w[s.order[i]] += t * s.d[i]


cdef double null_slope(Search *s, Py_ssize_t j, double direction, double *rounding) noexcept nogil:
    """Slope of the objective along d with w_j in `direction`, and how much of it rounding may be."""
    cdef Py_ssize_t i
    cdef double slope = direction * (s.q[j] + s.l2[j] * s.w[j] + s.l1[j] * s.sign[j])
    rounding[0] = rounding_at(s, j)
    for i in range(s.k):
        slope -= s.d[i] * s.pull[i]
        rounding[0] = hypot(rounding[0], s.d[i] * rounding_at(s, s.order[i]))   # squares might overflow
    return slope


cdef bint enter(Search *s, Py_ssize_t j, double direction) noexcept nogil:
    """Free coordinate j, which wants to move in `direction`. False: nothing is gained along it.

    A non-zero w_j given the direction of zero moves that way unless the objective says otherwise.
    """
    cdef Py_ssize_t i, blocking
    cdef double t, size, slope, rounding = 0.0, landing = 0.0
    cdef bint shrinking = s.w[j] != 0.0 and s.w[j] * direction < 0.0
    if s.w[j] == 0.0:
        s.sign[j] = direction
    else:
        s.sign[j] = 1.0 if s.w[j] > 0.0 else -1.0
    while not append(s, j):
        # G (x_A, -1) = 0 up to rounding: move along it, w_j in `direction`
        for i in range(s.k):
            s.d[i] = -direction * s.x[i]
        back_substitute(s, s.d)
        size = sqrt(diagonal(s, j))
        for i in range(s.k):
            if fabs(s.d[i]) * sqrt(diagonal(s, s.order[i])) <= ABSENT * size:
                s.d[i] = 0.0
        slope = null_slope(s, j, direction, &rounding)
        if shrinking and slope > rounding:   # downhill is the other way
            direction, shrinking = -direction, False
            for i in range(s.k):
                s.d[i] = -s.d[i]
        elif not (shrinking or slope < -rounding):
            return False
        t = breakpoint(s, j, direction, &landing)
        blocking = first_breakpoint(s, &t, &landing)
        if s.pivot > 0.0 and slope < 0.0 and -slope < t * s.pivot:   # not quite null: its own minimum
            move(s, -slope / s.pivot)
            s.w[j] -= direction * slope / s.pivot
            s.state[j] = PARKED
            refresh(s)
            return True
        if t == INFINITY:
            return False
        move(s, t)
        if blocking < 0:
            s.w[j] = landing    # w_j itself arrived: it stays held, at its new place
            refresh(s)
            return True
        s.w[j] += t * direction
        s.w[s.order[blocking]] = landing
        remove(s, blocking)
        refresh(s)
    return True


cdef bint is_free(Search *s, Py_ssize_t j) noexcept nogil:
    return s.low[j] < s.w[j] < s.high[j] and (s.w[j] != 0.0 or s.l1[j] == 0.0)


cdef Py_ssize_t unpenalised(Search *s) noexcept nogil:
    """Put the free coordinates without a kink at the front of `order`, the most independent first.

    A pivoted Cholesky factorisation in the scale of each column: of columns that depend on each other a
    well-conditioned choice is kept. Returns how many there are.
    """
    cdef Py_ssize_t i, c, j
    cdef int k = 0, ld = <int> s.m, rank = 0, info = 0
    cdef char lower = b"L"
    cdef double none = 0.0
    cdef double *work
    cdef int *pivot
    cdef Py_ssize_t *found
    for j in range(s.m):
        if s.l1[j] == 0.0 and is_free(s, j):
            s.order[k] = j
            k += 1
    work = <double *> malloc(2 * k * sizeof(double))
    pivot = <int *> malloc(k * sizeof(int))
    found = <Py_ssize_t *> malloc(k * sizeof(Py_ssize_t))
    if k and work and pivot and found:
        for i in range(k):
            found[i] = s.order[i]
            s.x[i] = sqrt(diagonal(s, found[i]))
            s.x[i] = 1.0 / s.x[i] if s.x[i] > 0.0 else 0.0
        for i in range(k):
            for c in range(i, k):
                s.R[i * s.m + c] = s.G[found[i] * s.ld + found[c]] * s.x[i] * s.x[c]
            s.R[i * s.m + i] = 1.0 if s.x[i] > 0.0 else 0.0
        dpstrf(&lower, &k, s.R, &ld, pivot, &rank, &none, work, &info)
        for i in range(k):
            s.order[i] = found[pivot[i] - 1]
    free(work)
    free(pivot)
    free(found)
    return k


cdef int factorise(Search *s) except -1 nogil:
    """Factor the block of every free coordinate; dependent ones shrink towards a breakpoint."""
    cdef Py_ssize_t i, j, c, m = s.m
    cdef int k = 0, ld = <int> m, info = 0
    cdef char lower = b"L"   # column-major lower is row-major upper
    cdef double pivot
    cdef bint sound
    s.factored += 1
    for j in range(m):
        s.state[j] = HELD
        if is_free(s, j):
            s.sign[j] = 1.0 if s.w[j] > 0.0 else -1.0
            s.order[k] = j
            k += 1
    for i in range(k):
        for c in range(i, k):
            s.R[i * m + c] = s.G[s.order[i] * s.ld + s.order[c]]
        s.R[i * m + i] += s.l2[s.order[i]]
    if k:
        dpotrf(&lower, &k, s.R, &ld, &info)
    sound = info == 0
    for i in range(k if sound else 0):
        pivot = s.R[i * m + i] ** 2 / diagonal(s, s.order[i])
        sound = sound and pivot > DEPENDENT * k
        s.worst_pivot = min(s.worst_pivot, pivot)
    if sound:
        s.k = k
        for i in range(k):
            s.state[s.order[i]] = FREE
        return 0
    s.k = 0
    k = unpenalised(s)   # first: stationary together, whatever depends on them
    for i in range(k):   # appending overwrites `order` no faster than this reads it
        j = s.order[i]
        count(&s.done, s.k * s.k)
        if not append(s, j):
            s.state[j] = PARKED
    for j in range(m):
        if s.l1[j] > 0.0 and is_free(s, j):
            count(&s.done, s.k * s.k)
            if not enter(s, j, -1.0 if s.w[j] > 0.0 else 1.0):
                s.state[j] = PARKED
    return 0


cdef Py_ssize_t worst_violator(Search *s, double *direction) noexcept nogil:
    """The held coordinate that violates its optimality condition most, or -1."""
    cdef Py_ssize_t j, worst = -1
    cdef double up, down, amount, most = 0.0
    for j in range(s.m):
        if s.state[j] != HELD:
            continue
        up = -slope_up(s, j) if s.w[j] < s.high[j] else 0.0
        down = slope_down(s, j) if s.w[j] > s.low[j] else 0.0
        amount = up if up > down else down
        if amount > 0.0 and amount > rounding_at(s, j):
            amount /= sqrt(diagonal(s, j))
            if amount > most:
                most = amount
                worst = j
                direction[0] = 1.0 if up > down else -1.0
    return worst


cdef int search(Search *s, Py_ssize_t max_steps, Py_ssize_t *steps) except -1 nogil:
    """The rounds, from a factor and gradient that are up to date. Returns why it ended."""
    cdef Py_ssize_t i, blocking, stuck, worst, last = steps[0] + max_steps, entered = -1
    cdef double t, landing = 0.0, direction = 1.0
    while steps[0] < last:
        steps[0] += 1
        count(&s.done, s.k * (s.m + 2 * s.k))
        for i in range(s.k):
            s.d[i] = s.pull[i]
        forward_substitute(s, s.d)
        back_substitute(s, s.d)
        t = 1.0
        blocking = first_breakpoint(s, &t, &landing)
        move(s, t)
        if blocking >= 0:
            for i in range(s.k):
                s.pull[i] *= 1.0 - t
            stuck = s.order[blocking]
            s.w[stuck] = landing
            remove(s, blocking)
            if t == 0.0 and stuck == entered:
                s.state[stuck] = BARRED   # its violation was rounding after all
            continue
        refresh(s)
        worst = worst_violator(s, &direction)
        if worst < 0:
            refresh(s)
            return 0
        entered = worst
        if not enter(s, worst, direction):
            s.state[worst] = PARKED
    refresh(s)
    return 1


cdef Search begin(const double[:, :] G, double[::1] q, double[::1] w, const double[::1] l1,
                  const double[::1] l2, const double[::1] low, const double[::1] high,
                  const double[::1] noise, double[:, ::1] R, Py_ssize_t[::1] order,
                  double[:, ::1] scratch, char[::1] state) noexcept:
    cdef Search s
    s.m = w.shape[0]
    s.k = 0
    s.G = &G[0, 0]
    s.ld = G.strides[0] // sizeof(double)
    s.q = &q[0]
    s.w = &w[0]
    s.l1 = &l1[0]
    s.l2 = &l2[0]
    s.low = &low[0]
    s.high = &high[0]
    s.noise = &noise[0]
    s.R = &R[0, 0]
    s.order = &order[0]
    s.base = &scratch[0, 0]
    s.pull = &scratch[1, 0]
    s.d = &scratch[2, 0]
    s.x = &scratch[3, 0]
    s.sign = &scratch[4, 0]
    s.state = &state[0]
    s.factored = 0
    s.removed = 0
    s.worst_pivot = 1.0
    s.done = 0
    scratch[0, :] = w
    return s


def finish(const double[:, :] G, double[::1] q, double[::1] w, const double[::1] l1,
           const double[::1] l2, const double[::1] low, const double[::1] high,
           const double[::1] noise, double[:, ::1] R, Py_ssize_t[::1] order, double[:, ::1] scratch,
           char[::1] state, Py_ssize_t max_steps):
    """Bring w to the optimum of the subproblem; `q` follows. Returns (why, steps, factorisations).

    A violation of at most `noise[j]` is rounding. R (m x m), order (m), scratch (5 x m) and state (m)
    are work space.
    """
    cdef Search s
    cdef Py_ssize_t steps = 0
    cdef int why
    if w.shape[0] == 0:
        return 0, 0, 0
    s = begin(G, q, w, l1, l2, low, high, noise, R, order, scratch, state)
    with nogil:
        refresh(&s)   # the size of w, which tells rounding from slopes
        factorise(&s)
        refresh(&s)
        why = search(&s, max_steps, &steps)
    return why, steps, s.factored


def follow(const double[:, :] G, double[::1] q, double[::1] w, const double[::1] unit1,
           const double[::1] unit2, const double[::1] alphas, const double[::1] low,
           const double[::1] high, const double[::1] noise, double[:, ::1] R, Py_ssize_t[::1] order,
           double[:, ::1] scratch, char[::1] state, Py_ssize_t max_steps, double sure,
           double[:, ::1] out):
    """The optima for l1 = alpha unit1 and l2 = alpha unit2 at falling alphas > 0, one row of `out` each.

    From one alpha to the next the factor is kept, so a path costs its changes of pattern; only where l2
    is not zero is it formed anew. Scratch is (7 x m). Returns (alphas done, how many of them before a
    squared pivot was below `sure` of its diagonal, steps, factorisations).
    """
    cdef Search s
    cdef Py_ssize_t steps = 0, a, j, m = w.shape[0], done = 0, certain = 0
    cdef bint curved = False, fresh = True
    cdef double[::1] l1, l2
    if m == 0:
        return alphas.shape[0], alphas.shape[0], 0, 0
    l1 = scratch[5]
    l2 = scratch[6]
    s = begin(G, q, w, l1, l2, low, high, noise, R, order, scratch, state)
    with nogil:
        for j in range(m):
            curved = curved or unit2[j] > 0.0
        for a in range(alphas.shape[0]):
            for j in range(m):
                l1[j] = alphas[a] * unit1[j]
                l2[j] = alphas[a] * unit2[j]
            if fresh or curved or s.removed > MANY:
                refresh(&s)
                factorise(&s)
                s.removed = 0
                fresh = False
            else:
                for j in range(m):
                    if s.state[j] != FREE:
                        s.state[j] = HELD
            refresh(&s)
            if search(&s, max_steps, &steps) != 0:
                break
            for j in range(m):
                out[a, j] = s.w[j]
            done += 1
            if s.worst_pivot > sure:
                certain = done
    return done, certain, steps, s.factored
