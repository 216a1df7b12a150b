"""Python's own messages name the class that defines a method, and users know nothing of private ones."""

from inspect import isfunction, unwrap


def nameless(private):
    """A class that public ones derive from: messages say "fit() got an unexpected keyword argument"."""
    for value in vars(private).values():
        function = unwrap(value) if callable(value) or hasattr(value, "__wrapped__") else value
        if isfunction(function):
            function.__qualname__ = function.__name__
    return private
