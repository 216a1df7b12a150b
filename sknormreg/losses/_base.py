"""What a loss owes the solvers."""

from abc import ABC, abstractmethod

from sklearn.base import BaseEstimator


class Loss(BaseEstimator, ABC):
    """F(z) = sum_i s_i loss(y_i, z_i), a convex function of the linear predictor z.

    Conventions: y and z are float64 (K, n), K outputs first; s is (n,), non-negative, and sums to one.
    The dual point of z is u = -gradient(y, z, s); every certificate uses tau * u with 0 <= tau <= 1.
    """

    #: The curvature does not depend on z: one quadratic model is exact everywhere.
    quadratic = False
    #: Adding a constant to all outputs of a row changes nothing (softmax).
    shift_invariant = False

    @abstractmethod
    def value(self, y, z, s):
        """F(z), a float."""

    @abstractmethod
    def gradient(self, y, z, s):
        """dF/dz, (K, n)."""

    @abstractmethod
    def curvature(self, y, z, s):
        """A function of a pair of outputs: ``pair(k, l)`` is d2F / dz_k dz_l, (n,)."""

    @abstractmethod
    def fenchel_gap(self, y, z, s, tau):
        """F(z) + F*(-tau u) + tau <u, z> >= 0, formed without cancellation.

        This is the loss's share of the duality gap; it is zero at tau = 1.
        """

    @abstractmethod
    def inverse_link(self, z):
        """The mean response at z (probabilities for a classifier), (K, n)."""
