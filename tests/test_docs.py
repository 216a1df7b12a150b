"""The code of README.md and of the pages of the documentation runs as it stands and prints what they say.

From top to bottom in one namespace, as a reader pastes it. What a block prints is the text block below it,
and nothing where there is none. Numbers are compared to a hundredth, which is no processor's last digit.
What carries the name of a file for a caption is that file and no code to paste.
"""

import contextlib
import io
import math
import re
from itertools import pairwise
from pathlib import Path

import matplotlib
import pytest

matplotlib.use("agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("docs/api/*.rst"))]
FENCED = re.compile(r"^```(?P<kind>\{?\w*\}?) ?(?P<argument>[^\n]*)\n(?P<body>.*?)^```$", re.M | re.S)
DIRECTIVE = re.compile(
    r"^\.\. (?:code-block|literalinclude):: (?P<kind>\w+)()\n\n(?P<body>(?:(?:   .*)?\n)+)", re.M
)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def blocks(page):
    """(line, kind, text) of the code and text blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for found in (FENCED if page.suffix == ".md" else DIRECTIVE).finditer(text):
        kind, body = found["kind"], found["body"]
        if kind == "{literalinclude}":
            options = dict(re.findall(r'^:([\w-]+): "?([^"\n]*)"?$', body, re.M))
            if "caption" in options:
                continue
            kind, body = options.pop("language"), included(page.parent / found["argument"], **options)
        yield text.count("\n", 0, found.start()) + 2, kind, re.sub(r"^   ", "", body, flags=re.M)


def included(file, **options):
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)

    def first(name, default):
        words = options.pop(name, None)
        return default if words is None else next(i for i, line in enumerate(lines) if words in line)

    start, end = first("start-at", 0), first("end-before", len(lines))
    assert not options, "a page uses an option of literalinclude that is not read here"
    return "".join(lines[start:end])


def examples(page):
    """(line, code, what it prints)."""
    found = [*blocks(page), (0, "", "")]
    for (line, kind, code), (_, next_kind, printed) in pairwise(found):
        if kind == "python":
            yield line, code, printed if next_kind == "text" else ""


def assert_alike(printed, expected):
    assert NUMBER.sub("#", printed).split() == NUMBER.sub("#", expected).split()
    for one, other in zip(NUMBER.findall(printed), NUMBER.findall(expected), strict=True):
        assert math.isclose(float(one), float(other), rel_tol=1e-2, abs_tol=1e-6), f"{one} for {other}"


WITH_CODE = {str(page.relative_to(ROOT)): page for page in PAGES if any(examples(page))}


@pytest.mark.parametrize("name", WITH_CODE)
def test_a_page_runs_from_top_to_bottom(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page, scope = WITH_CODE[name], {"__name__": "__main__"}
    for line, code, expected in examples(page):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * (line - 1) + code, page, "exec"), scope)
        assert_alike(printed.getvalue(), expected)
    plt.close("all")


def test_what_a_page_may_not_say():
    with pytest.raises(AssertionError, match=r"0\.52 for 0\.51"):
        assert_alike("R^2 0.52", "R^2 0.51")
    with pytest.raises(AssertionError):
        assert_alike("['bmi']", "['bmi' 's5']")
    assert_alike("a  1.001\n3e-12", "a 1.002 2e-16")
    assert {"README.md", "docs/choosing_alpha.md", "docs/pruning.md"} <= set(WITH_CODE)
