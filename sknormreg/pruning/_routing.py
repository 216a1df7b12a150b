"""What every estimator here that wraps another shares: its place in the docs, and metadata routing."""

from dataclasses import dataclass

from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing

from .._compat import routing_enabled
from ..linear_model import nameless
from ._reach import is_pipeline, weights_to_every_step


@dataclass
class Start:
    """A model on all units, how its units are ranked, and the `Inner` that says what is around it."""

    model: object
    ranking: object
    inner: object


@nameless
class Routed:
    """Metadata goes to the `fit` of `estimator`."""

    _doc_link_module = "sknormreg"
    _doc_link_template = (
        "https://sknormreg.readthedocs.io/en/stable/api/generated/{estimator_module}.{estimator_name}.html"
    )

    def _doc_link_url_param_generator(self):
        return {"estimator_module": "sknormreg", "estimator_name": type(self).__name__}

    _consumes = True

    def _fit_params(self, fit_params):
        """What goes to the `fit` of the inner estimator, by routing where that is on."""
        if not routing_enabled() or self.estimator is None:
            if "sample_weight" in fit_params and is_pipeline(self.estimator):
                return weights_to_every_step(self.estimator, fit_params)
            return dict(fit_params)
        return dict(process_routing(self, "fit", **fit_params).estimator.fit)

    def get_metadata_routing(self):
        """Which metadata goes where: see scikit-learn's user guide on metadata routing.

        Returns
        -------
        sklearn.utils.metadata_routing.MetadataRouter
            Everything goes to the `fit` of `estimator`; where `fit` has a `sample_weight`, it is used here
            too.
        """
        router = MetadataRouter(owner=type(self).__name__)
        if self._consumes:
            router.add_self_request(self)
        if self.estimator is not None:
            router.add(
                estimator=self.estimator, method_mapping=MethodMapping().add(caller="fit", callee="fit")
            )
        return router
