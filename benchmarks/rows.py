"""The table of sizes: where supports, outputs or targets are many, a row each.

A row makes its problem, large or (to try the code, and to compile) small, and names who takes part.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import peers
from problems import (
    Problem,
    Search,
    correlated,
    genes,
    halves,
    labels,
    one_hot,
    signal,
    strongest,
    text,
)


@dataclass
class Row:
    name: str
    solvers: Callable
    make: Callable  # of whether the small one is wanted
    patience: float = 1  # times the usual limit

    def problem(self, small=False):
        problem = self.make(small)
        problem.name = self.name
        return problem


def rows():
    yield from text_logistic()
    yield from text_lasso()
    yield from dense_lasso()
    yield from smooth()
    yield from no_l1()
    yield from cold_hinge()
    yield from targets()
    yield from many_classes()
    yield from search()


# Sizes of text: rows, vocabulary, words a row.
TEXT, LONG_TEXT, SMALL_TEXT = (6000, 30000, 60), (18000, 100000, 80), (200, 500, 20)


def logistic_on_text(size, share, kind=Problem):
    """Without an intercept, as liblinear would penalise it."""

    def make(small):
        X = text(*(SMALL_TEXT if small else size), seed=1)
        y = halves(signal(X, 200, seed=5)[:, 0])
        alpha = strongest(X, y, "log_loss", False) / (10 if small else share)
        return kind("", X, y, alpha, "log_loss", fit_intercept=False)

    return make


def text_logistic():
    for size, share in ((TEXT, 30), (TEXT, 100), (TEXT, 300), (LONG_TEXT, 100)):
        name = f"L1 logistic, text, {size[0]} rows, alpha_max/{share}"
        yield Row(name, peers.sparse_logistic, logistic_on_text(size, share))


def text_lasso():
    for share in (100, 300, 1000):

        def make(small, share=share):
            X = text(*(SMALL_TEXT if small else TEXT), seed=1)
            y = signal(X, 200, seed=5)[:, 0]
            return Problem("", X, y, strongest(X, y) / (10 if small else share))

        yield Row(f"lasso, text, {TEXT[0]} rows, alpha_max/{share}", peers.lasso, make)


def dense_lasso():
    for n, p, rho in ((3000, 3000, 0.5), (2000, 8000, 0.3)):
        for share in (100, 1000):

            def make(small, n=n, p=p, rho=rho, share=share):
                n, p = (60, p // 50) if small else (n, p)
                X, y = correlated(n, p, rho, p // 10, snr=2)
                return Problem("", X, y, strongest(X, y) / (10 if small else share))

            yield Row(f"lasso, {n} x {p}, rho {rho}, alpha_max/{share}", peers.lasso, make)


def smooth():
    """An L2-penalised log-loss at C = 1."""

    def row(name, make):
        def problem(small):
            X, y = make(small)
            return Problem("", X, y, 1 / len(y), "log_loss", "l2")

        return Row(f"L2 log-loss, {name}", peers.smooth_logistic, problem)

    for size, classes in (((1000, 30000, 80), 11), ((3000, 15000, 60), 11), ((4000, 14000, 60), 2)):

        def make(small, size=size, classes=classes):
            X = text(*(SMALL_TEXT if small else size))
            return X, labels(signal(X, 200, 3 if small and classes > 2 else classes))

        yield row(f"text, {size[0]} rows, {classes} classes", make)
    for n, p, classes in ((3000, 50, 300), (5000, 500, 10)):

        def make(small, n=n, p=p, classes=classes):
            n, p, classes = (100, p // 10, 4) if small else (n, p, classes)
            X = correlated(n, p, 0.0, p, snr=1)[0]
            return X, labels(signal(X, p, classes))

        yield row(f"dense, {n} x {p}, {classes} classes", make)

    def make(small):
        X = one_hot(200, 4, 6) if small else one_hot(20000, 10, 600)
        return X, halves(signal(X, X.shape[1])[:, 0])

    yield row("one-hot, 20000 rows, 2 classes", make)


def no_l1():
    """An elastic net with l1_ratio=0, against the route of an L2 norm: the same coefficients are due."""

    def row(name, solvers, loss, classes, p, alpha, fit_intercept=True):
        def make(small):
            X = genes(60, 30 if small else p)
            scores = signal(X, 30, classes)
            y = scores[:, 0] if classes == 1 else labels(scores)
            return Problem("", X, y, alpha, loss, "l2", fit_intercept)

        return Row(f"l1_ratio=0, {name}", solvers, make)

    yield row("ElasticNet, 60 x 3000", peers.blend_squared, "squared", 1, 3000, 1.0)
    yield row("ElasticNetClassifier, 60 x 3000, 2 classes", peers.blend_logistic, "log_loss", 2, 3000, 0.1)
    yield row(
        "squared hinge, 60 x 7000, 8 classes",
        *(peers.blend_hinge, "squared_hinge", 8, 7000, 0.1),
        fit_intercept=False,  # which liblinear would penalise
    )


def cold_hinge():
    """Without an intercept, as liblinear would penalise it."""

    def make(small):
        X = genes(60, 30 if small else 7000)
        y = halves(signal(X, 30)[:, 0])
        alpha = strongest(X, y, "squared_hinge", False) / (10 if small else 1e4)
        return Problem("", X, y, alpha, "squared_hinge", fit_intercept=False)

    yield Row("L1 squared hinge, 60 x 7000, alpha_max/1e4, cold", peers.hinge, make)


def targets():
    for n, p, count in ((1000, 100, 2000), (300, 1000, 2000)):

        def make(small, n=n, p=p, count=count):
            n, p, count = (n // 10, p // 10, 20) if small else (n, p, count)
            X = correlated(n, p, 0.5, p, snr=1)[0]
            return Problem("", X, signal(X, p, count), 1 / n, penalty="l2")

        yield Row(f"ridge, {n} x {p}, {count} targets", peers.many_targets, make)


def many_classes():
    def make(small):
        n, p, classes = (100, 5, 4) if small else (5000, 50, 1000)
        X = np.asfortranarray(np.random.default_rng(0).standard_normal((n, p)))
        y = labels(signal(X, p, classes))
        return Problem("", X, y, 0.1 * strongest(X, y, "log_loss"), "log_loss")

    yield Row("L1 softmax, 5000 x 50, 1000 classes, alpha_max/10", peers.sparse_softmax, make)


def search():
    yield Row(
        f"search, L1 logistic, text, {TEXT[0]} rows, 20 alphas to alpha_max/300, 5 folds",
        peers.searches,
        logistic_on_text(TEXT, 300, Search),
        patience=5,
    )
