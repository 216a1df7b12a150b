"""How many features a stability selection may include that hardly ever get selected.

Notation of Shah and Samworth (2013): q features are selected on average from half a sample, out of p;
theta = q / p; B complementary pairs; tau is the threshold on the share of the 2 B half-samples.
"""

from bisect import bisect_left, bisect_right

import numpy as np

ASSUMPTIONS = ("none", "unimodal", "r-concave")


def votes(threshold, n_pairs):
    """The number of half-samples, out of 2 B, that reaches a threshold above one half."""
    return max(n_pairs + 1, int(np.ceil(2 * n_pairs * threshold - 1e-9)))


def error_bound(q, threshold, n_features, n_pairs, assumption):
    """Bound on the expected number of features kept though selected with probability <= theta.

    The least of those whose assumptions are made: theorem 1; of the share of pairs that select such a
    feature twice, theorem 2 if it is unimodal; equation 8 if it is r-concave with r = -1/2, and the
    share of half-samples with r = -1/4.
    """
    if q == 0:
        return 0.0
    tau, theta = votes(threshold, n_pairs) / (2 * n_pairs), q / n_features
    bounds = [float(n_features), theta * q / (2 * tau - 1)]
    if assumption != "none":
        bounds.append(_unimodal_factor(theta, tau, n_pairs) * theta * q)
    if assumption == "r-concave":
        pairs = largest_tail(theta**2, 2 * tau - 1, n_pairs, -1 / 2)
        halves = largest_tail(theta, tau, 2 * n_pairs, -1 / 4)
        bounds.append(n_features * min(pairs, halves))
    return float(min(bounds))


def _unimodal_factor(theta, tau, n_pairs):
    """C(tau, B) of theorem 2, infinite where the theorem says nothing."""
    step = 1 / (2 * n_pairs)
    if theta > 1 / np.sqrt(3) or tau <= min(0.5 + theta**2, 0.5 + step + 0.75 * theta**2):
        return np.inf
    if tau <= 0.75:
        return 1 / (2 * (2 * tau - 1 - step))
    return 4 * (1 - tau + step) / (1 + 2 * step)


def largest_tail(mean, t, n, r):
    """D(mean, t, n, r): the largest P(X >= t) of r-concave X on 0, 1/n, ..., 1 with E X <= mean.

    For r < 0 it is attained by probabilities proportional to ``(i + a)^(1/r)`` for i = 0, ..., k (their
    appendix A.4), with the a that makes this the mean. Every end k is tried.
    """
    first = int(np.ceil(t * n - 1e-9))
    if 2 * mean * n >= first:
        return 1.0
    i, ends = np.arange(n + 1), np.arange(first, n + 1)[:, None]

    def probabilities(log_a):
        weights = np.where(i <= ends, (1 + i * np.exp(-log_a)) ** (1 / r), 0.0)
        return weights / weights.sum(axis=1, keepdims=True)

    low, high = np.full(ends.shape, -40.0), np.full(ends.shape, 40.0)
    for _ in range(60):
        middle = (low + high) / 2
        above = probabilities(middle) @ i[:, None] > mean * n
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return probabilities(high)[:, first:].sum(axis=1).max()


def settle(threshold, max_features, bound, limited, n_features, n_pairs, assumption):
    """(threshold, max_features), from what is given of these and the bound.

    `limited` says whether a bound of one limits the features where nothing else does.
    """
    if None not in (threshold, max_features, bound):
        raise ValueError(
            f"threshold={threshold}, max_features={max_features} and error_bound={bound} are one too "
            "many: two of them settle the third."
        )
    if max_features is None and bound is None:
        max_features, bound = (None, 1.0) if limited else (n_features, None)
    if threshold is None and (max_features is None or bound is None):
        threshold = 0.75
    options = n_features, n_pairs, assumption
    if max_features is None:
        return threshold, _most_features(bound, threshold, *options)
    max_features = min(max_features, n_features)
    if threshold is None:
        threshold = _least_threshold(bound, max_features, *options)
    return threshold, max_features


def _most_features(bound, threshold, n_features, *options):
    counts = range(1, n_features + 1)
    found = bisect_right(counts, bound, key=lambda q: error_bound(q, threshold, n_features, *options))
    if found == 0:
        least = error_bound(1, threshold, n_features, *options)
        raise ValueError(
            f"error_bound={bound} cannot be kept with threshold={threshold} and {n_features} features: "
            f"one feature from each half makes it {least:.3g}. Raise either."
        )
    return found


def _least_threshold(bound, q, n_features, n_pairs, assumption):
    shares = [k / (2 * n_pairs) for k in range(n_pairs + 1, 2 * n_pairs + 1)]
    options = n_features, n_pairs, assumption
    found = bisect_left(shares, -bound, key=lambda tau: -error_bound(q, tau, *options))
    if found == len(shares):
        least = error_bound(q, 1.0, *options)
        raise ValueError(
            f"error_bound={bound} cannot be kept with max_features={q} of {n_features}: even a "
            f"threshold of 1 makes it {least:.3g}. Raise the one or lower the other."
        )
    return shares[found]
