"""Least squares and ridge by orthogonal factorisations, where a Gram matrix would lose the digits.

    minimise over w    1/2 |y - A w|^2 + lam / 2 sum_j f_j w_j^2,    A = S^1/2 X

The rows are reduced to at most p by Householder QR, block after block (Demmel, Grigori, Hoemmen and
Langou, SIAM J. Sci. Comput. 34 (2012), section 3), which needs memory for two blocks of p rows. The rest
is a dense problem of p rows whose columns are scaled to length one, for rank is a property of directions
and not of units: a column whose distance from the others is no more than the rounding of its own entries
depends on them. What they leave open is settled by the smallest sum of f_j w_j^2. Wide rows are turned
into at most n dimensions first.

Costs O(n p min(n, p)), several times that of a Gram matrix.
"""

import numpy as np
from scipy import linalg

from ...triangular import solve_triangular

_EPS = np.finfo(float).eps
_HEIGHT = 4096  # rows reduced at a time, at least


def orthogonal_ridge(design, Y, root, lam, factor):
    """(coefficients (K, p), how far the objective is above its minimum (K,)) for Y (K, n), lam (K,)."""
    n, p = design.shape
    lam = lam if factor.any() else np.zeros_like(lam)
    if p <= n:
        solve, (A, C) = _for_each, reduce_rows(design, Y, root)
    else:
        solve, A, C = _wide, next(design.row_blocks(n))[1] * root[:, None], (Y * root).T
        A -= np.outer(root, root @ A) if design.centred else 0.0  # the means are rounded to their own size
    blur = rounding(column_norms(A), design.mean)
    coef, above = np.empty((lam.size, p)), np.empty(lam.size)
    for some, weight in ((lam == 0, np.ones(p)), (lam > 0, factor)):
        if some.any():
            coef[some], above[some] = solve(lam[some], A, C[:, some], weight, blur)
    return coef, above


def reduce_rows(design, Y, root):
    """(A (m, p), C (m, K)), m = min(n, p): the rows, and Y, in a basis of what the rows can reach."""
    n, p = design.shape
    A, C = np.empty((0, p)), np.empty((0, len(Y)))
    for some, rows in design.row_blocks(n if n <= p else max(p, _HEIGHT)):
        A, C = np.vstack([A, rows * root[some, None]]), np.vstack([C, (Y[:, some] * root[some]).T])
        if len(A) > p:
            turned, A = linalg.qr_multiply(A, C.T, mode="right", overwrite_a=True)
            C = turned.T
    return A, C


def rounding(lengths, mean):
    """Of the entries of columns, relative to their lengths and to eps, where the mean was taken off."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1.0 + np.nan_to_num(np.abs(mean) / lengths, posinf=0.0)


def column_norms(A):
    """Lengths whose squares need not be floating-point numbers."""
    largest = np.abs(A).max(axis=0, initial=0.0)
    scale = np.where(largest > 0, largest, 1.0)
    return largest * np.linalg.norm(A / scale, axis=0)


def _for_each(lam, A, C, factor, blur):
    """Coefficients (K, p) and what is left (K,): the targets that have one strength together."""
    coef, left = np.empty((lam.size, factor.size)), np.empty(lam.size)
    for value in np.unique(lam):
        some = lam == value
        found, left[some] = _solve(A, C[:, some], value, factor, blur)
        coef[some] = found.T
    return coef, left


def _solve(A, C, lam, factor, blur):
    """(w (p, K), how far the objective is above its minimum (K,))."""
    if lam > 0:
        A = np.vstack([A, np.diag(np.sqrt(lam * factor))])
        C = np.vstack([C, np.zeros((factor.size, C.shape[1]))])
    basis, present, scale = scaled_basis(A, blur)
    scaled = basis.solve(C)
    if basis.rank < present.size:
        scaled = shorten(scaled, basis.null_space(), factor[present], scale)
        scaled += basis.solve(C - basis.A @ scaled)
    w = np.zeros((A.shape[1], C.shape[1]))
    w[present] = scaled / scale[:, None]
    gain = basis.Q.T @ (C - A @ w)
    return w, 0.5 * np.einsum("ik,ik->k", gain, gain)


def shorten(scaled, directions, factor, scale):
    """Coefficients (p, K), times `scale`, of the least sum of f_j w_j^2 among those along `directions`."""
    penalised = factor > 0
    for weight in (np.sqrt(factor), np.where(penalised, 0.0, 1.0)):  # then of those that have no factor
        if directions.shape[1]:
            scaled, directions = _shorten(scaled, directions, weight / scale)
    return scaled


def _shorten(w, directions, weight):
    """w less its part along `directions` (p, d) in a metric, and those that have no length in it."""
    moved = directions * weight[:, None]
    lengths = column_norms(moved)
    seen = lengths > 0
    if not seen.any():
        return w, directions
    kept = directions[:, seen] / lengths[seen]
    order = np.argsort(-np.abs(moved).max(axis=1))  # stiff rows first (Cox and Higham, 1998)
    basis = Basis((moved[:, seen] / lengths[seen])[order], np.ones(kept.shape[1]))
    steps = basis.solve((w * weight[:, None])[order])
    return w - kept @ steps, np.hstack([directions[:, ~seen], kept @ basis.null_space()])


def scaled_basis(A, blur):
    """(`Basis` of the columns of A that are not zero, which these are, their lengths)."""
    lengths = column_norms(A)
    present = np.flatnonzero(lengths > 0)
    scale = lengths[present]
    return Basis(A[:, present] / scale, blur[present]), present, scale


class Basis:
    """Of the span of columns A (m, q) of length one, by QR with column pivoting.

    `blur` (q,) is the rounding of the entries of each, in units of eps.
    """

    def __init__(self, A, blur):
        self.A = A
        Q, self.R, self.pivot = linalg.qr(A, mode="economic", pivoting=True, check_finite=False)
        diagonal = np.abs(np.diagonal(self.R))
        lost = diagonal <= max(A.shape) * _EPS * blur[self.pivot[: diagonal.size]]
        self.rank = int(np.argmax(lost)) if lost.any() else diagonal.size
        self.Q = Q[:, : self.rank]
        self.chosen, self.others = self.pivot[: self.rank], self.pivot[self.rank :]
        self.triangle = self.R[: self.rank, : self.rank]

    def solve(self, C):
        """A least-squares solution (q, K), zero on the columns that depend on the others."""
        w = np.zeros((self.A.shape[1], C.shape[1]))
        w[self.chosen] = solve_triangular(self.triangle, self.Q.T @ C)
        return w

    def coordinates(self):
        """The columns (rank, q) in this basis."""
        made = np.empty((self.rank, self.pivot.size))
        made[:, self.pivot] = self.R[: self.rank]
        return made

    def null_space(self):
        """Columns (q, d) along which A does not change. What may be rounding in them is zero."""
        inverse = solve_triangular(self.triangle, np.eye(self.rank))
        return null_directions(
            self.chosen, self.others, inverse, inverse @ self.R[: self.rank, self.rank :]
        )


def null_directions(chosen, others, inverse, parts):
    """Columns (q, d) along which A does not change, for A_o = A_c `parts`. What may be rounding is zero.

    `inverse` is that of the triangle of the columns chosen, of length one.
    """
    q = chosen.size + others.size
    noise = q * _EPS * np.abs(inverse).sum(axis=1)[:, None]
    directions = np.zeros((q, others.size))
    directions[chosen] = np.where(np.abs(parts) <= noise * (1.0 + np.abs(parts).max(axis=0)), 0.0, -parts)
    directions[others, np.arange(others.size)] = 1.0
    return directions


def _wide(lam, A, C, factor, blur):
    """Fewer rows than columns: unpenalised columns are projected out, the rest turned into n dimensions."""
    free = factor == 0.0
    rest, left_of, rest_blur = A[:, ~free], C, blur[~free]
    if free.any():
        Q, lengths = scaled_basis(A[:, free], blur[free])[0].Q, column_norms(rest)
        for _ in range(2):  # once is not enough where little is left
            rest, left_of = rest - Q @ (Q.T @ rest), left_of - Q @ (Q.T @ left_of)
        after = column_norms(rest)
        rest_blur = rest_blur * np.divide(lengths, after, out=np.ones_like(after), where=after > 0)
    root = np.sqrt(factor[~free])
    Z, back = turn(rest / root, rest_blur)
    ones = np.ones(Z.shape[1])
    t, left = _for_each(lam, Z, left_of, ones, ones)
    coef = np.zeros((C.shape[1], factor.size))
    coef[:, ~free] = (t @ back.T) / root
    if free.any():
        ones, missing = np.ones(np.count_nonzero(free)), C - A[:, ~free] @ coef[:, ~free].T
        solve = _for_each if ones.size <= len(A) else _wide
        coef[:, free], more = solve(np.zeros_like(lam), A[:, free], missing, ones, blur[free])
        left = left + more
    return coef, left


def turn(A, blur):
    """(Z (n, r), back (p, r)): the wide rows are A = Z back', back orthonormal, with r the rank.

    That is decided on columns of length one. Then come Householder reflections of the rows' own span with
    pivoting, the longest columns first: in that order each row of `back` is accurate relative to its own
    size (Cox and Higham, 1998), so columns on scales far apart keep their digits.
    """
    basis, present, scale = scaled_basis(A, blur)
    columns = np.zeros((A.shape[1], basis.rank))
    columns[present] = basis.coordinates().T * scale[:, None]
    order = np.argsort(-np.abs(columns).max(axis=1, initial=0.0))
    Q, R, pivot = linalg.qr(columns[order], mode="economic", pivoting=True)
    back = np.empty_like(columns)
    back[order] = Q
    return np.asfortranarray(basis.Q[:, pivot] @ R.T), back
