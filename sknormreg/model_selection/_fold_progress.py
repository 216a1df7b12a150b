"""The bridge from folds to scikit-learn's callbacks: one task for all of them, one within it for each."""

from contextlib import contextmanager


class Steps:
    """Of one `fit`, whose callback context is `context`."""

    def __init__(self, estimator, context):
        self.estimator, self.context = estimator, context

    @contextmanager
    def of(self, count):
        """Context managers, one to enter for each of `count` steps."""
        task = self.context.subcontext(task_name="folds", max_subtasks=count, sequential_subtasks=False)
        task.call_on_fit_task_begin(estimator=self.estimator)
        parts = [task.subcontext(task_name="fold", task_id=k) for k in range(count)]
        yield [Step(self.estimator, part) for part in parts]
        task.call_on_fit_task_end(estimator=self.estimator)


class Step:
    """One of them; a worker of another process may enter it."""

    def __init__(self, estimator, context):
        self.estimator, self.context = estimator, context

    def __enter__(self):
        self.context.call_on_fit_task_begin(estimator=self.estimator)

    def __exit__(self, error, *where):
        if error is None:
            self.context.call_on_fit_task_end(estimator=self.estimator)
