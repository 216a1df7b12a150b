"""The bridge from the solver's passes to scikit-learn's callbacks."""

from .._compat import has_callbacks


class Progress:
    """One per fit. `step` reports an iteration and returns True when a callback asks to stop.

    Does nothing, at no cost, for an estimator without callbacks (or a scikit-learn without them).
    """

    def __init__(self, estimator, X, y, sample_weight):
        self.context = None
        if has_callbacks(estimator):
            metadata = None if sample_weight is None else {"sample_weight": sample_weight}
            self.estimator = estimator
            self.data = {"X": X, "y": y, "metadata": metadata}
            self.context = estimator._init_callback_context(max_subtasks=None)
            self.context.call_on_fit_task_begin(estimator=estimator, **self.data)

    def step(self, fitted):
        """`fitted()` gives the attributes that the estimator would have if fit stopped here."""
        if self.context is None:
            return False
        task = self.context.subcontext(task_name="iteration")
        task.call_on_fit_task_begin(estimator=self.estimator, **self.data)
        return task.call_on_fit_task_end(
            estimator=self.estimator, **self.data, reconstruction_attributes=fitted()
        )

    def done(self):
        if self.context is not None:
            self.context.call_on_fit_task_end(estimator=self.estimator, **self.data)
