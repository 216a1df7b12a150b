"""What a loss owes the solvers."""

from abc import ABC, abstractmethod

from sklearn.base import BaseEstimator

from ._intercept import best_intercept


class Loss(BaseEstimator, ABC):
    """F(z) = sum_i s_i loss(y_i, z_i), a convex function of the linear predictor z.

    Conventions: y and z are float64 (K, n), K outputs first; s is (n,), non-negative, and sums to one.
    The dual point of z is u = -gradient(y, z, s); every certificate uses tau * u with 0 <= tau <= 1.
    """

    #: The curvature does not depend on z: one quadratic model is exact everywhere.
    quadratic = False
    #: The curvature jumps where z does not: steps end at the minimum along them.
    kinked = False
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
        """(d, a), both (K, n): sample i has the Hessian diag(d_i) - a_i a_i'; a is None for zero."""

    def derivatives(self, y, z, s):
        """(value, gradient, curvature), for less than each alone where they have something in common."""
        return self.value(y, z, s), self.gradient(y, z, s), self.curvature(y, z, s)

    @abstractmethod
    def majoriser(self, y, z, s):
        """(d, a) as for `curvature`, such that the quadratic with it lies above F everywhere.

        A step of the model with this curvature never overshoots, however flat F is at z.
        """

    @abstractmethod
    def fenchel_gap(self, y, z, s, tau):
        """F(z) + F*(-tau u) + tau <u, z> >= 0, formed without cancellation.

        This is the loss's share of the duality gap; it is zero at tau = 1.
        """

    def best_intercept(self, y, z, s, enough=0.0):
        """Change (K,) of z that minimises F; nearly so where its gradient may be `enough` of its terms."""
        return best_intercept(self, y, z, s)

    def recedes(self, y, z, s):
        """Whether F(t z) falls for all t > 0 without reaching its infimum: z separates the classes."""
        return False

    @abstractmethod
    def inverse_link(self, z):
        """The mean response at z (probabilities for a classifier), (K, n)."""
