"""What every display of paths and curves does: matplotlib when something is plotted, and the gallery."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest

from sknormreg.inspection import CVCurveDisplay, RegularizationPathDisplay

matplotlib.use("agg")

EXAMPLE = Path(__file__).parent.parent / "examples" / "regularization_paths.py"


@pytest.mark.parametrize(
    "display",
    [
        RegularizationPathDisplay(alphas=[1, 2], coefs=[[0, 1]]),
        CVCurveDisplay(alphas=[1, 2], mean_scores=[0, 1]),
    ],
    ids=lambda display: type(display).__name__,
)
def test_plotting_without_matplotlib_says_what_to_install(display, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install 'sknormreg\[plot\]'"):
        display.plot()


def test_matplotlib_is_imported_when_something_is_plotted(tmp_path):
    environ = {**os.environ, "MPLBACKEND": "agg"}
    script = """
import sys
from sknormreg.inspection import CVCurveDisplay, RegularizationPathDisplay
display = RegularizationPathDisplay(alphas=[1, 2], coefs=[[0, 1]])
CVCurveDisplay(alphas=[1, 2], mean_scores=[0, 1])
assert "matplotlib" not in sys.modules
display.plot()
assert "matplotlib" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, env=environ)


@pytest.mark.slow
def test_the_pictures_of_the_gallery(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), "--save", str(tmp_path)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    assert {file.name for file in tmp_path.iterdir()} == {"regularization_paths.png", "cv_curve.png"}
    rows = capsys.readouterr().out.splitlines()
    best, simple = (next(row for row in rows if row.startswith(rule)) for rule in ("best", "within"))
    assert int(simple.split()[-1]) < int(best.split()[-1])
    assert sum(row.split()[0] in ("worst", "mean", "radius") for row in rows if row) >= 5
