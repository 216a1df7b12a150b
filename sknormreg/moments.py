"""What squared loss needs instead of rows."""

from dataclasses import dataclass

import numpy as np


def mean_squares(rows, weights):
    """Of each of `rows` (K, n); what has no weight has no part, however large its square."""
    return np.einsum("ki,ki->k", rows * weights, rows)


def without_mean(design, rows, weights):
    """Predictions or residuals (K, n), less what rounding left of their means where columns are centred.

    The means of columns are rounded to their own size; the intercept takes that up.
    """
    return rows - (rows @ weights)[:, None] if design.centred else rows


@dataclass
class Moments:
    """Weighted averages of centred rows: S weights in all.

    gram (p, p) = 1/S X_c' diag(s) X_c,  cross (K, p) = 1/S Y_c diag(s) X_c,  yy (K,) = 1/S sum s y_c^2.
    """

    gram: np.ndarray
    cross: np.ndarray
    yy: np.ndarray
    x_mean: np.ndarray
    y_mean: np.ndarray
    weight: float

    @classmethod
    def from_design(cls, design, Y, y_mean, weights, weight):
        """From a design centred at its mean, Y (K, n) centred at `y_mean`, weights that sum to one."""
        everything = np.arange(design.shape[1])
        return cls(
            gram=design.gram(everything, weights),
            cross=design.correlate(Y * weights),
            yy=mean_squares(Y, weights),
            x_mean=design.mean,
            y_mean=y_mean,
            weight=weight,
        )

    def merge(self, other):
        """Moments of both sets of rows, about their common mean (Chan, Golub, LeVeque, 1983)."""
        weight = self.weight + other.weight
        a, b = self.weight / weight, other.weight / weight
        dx, dy = other.x_mean - self.x_mean, other.y_mean - self.y_mean
        return Moments(
            gram=a * self.gram + b * other.gram + a * b * np.outer(dx, dx),
            cross=a * self.cross + b * other.cross + a * b * np.outer(dy, dx),
            yy=a * self.yy + b * other.yy + a * b * dy * dy,
            x_mean=self.x_mean + b * dx,
            y_mean=self.y_mean + b * dy,
            weight=weight,
        )
