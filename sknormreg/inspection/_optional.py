"""What is needed when something is plotted."""


def check_matplotlib():
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ImportError("Plotting needs matplotlib: pip install 'sknormreg[plot]'.") from error
