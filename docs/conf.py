"""Sphinx configuration: `python -m sphinx -W -b html docs docs/_build`. Needs no network."""

import re
import sys
import tomllib
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parent.parent
# `python -m sphinx` at the root puts the source folder first, where there are no built kernels.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != ROOT]

import sknormreg  # noqa: E402

# Sources and the comments of attributes are in the files that define things, not where they are exported.
sknormreg._public.publish = lambda *args: None

project = "sknormreg"
author = "The sknormreg developers"
version = release = sknormreg.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_parser",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "code"]
default_role = "literal"
highlight_language = "none"
smartquotes = False  # X'u and phi''(w) are formulas
autosummary_generate = True
numpydoc_show_class_members = False  # the template lists them
myst_heading_anchors = 3

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_title = f"sknormreg {release}"
html_show_copyright = False
html_show_sphinx = False

_LITERAL = re.compile(r"(::\n(?:(?: .*)?\n)+|^ *>>> .*$|`+[^`]*`+)", re.MULTILINE)


def keep_plain_text(app, what, name, obj, options, lines):
    """Docstrings write |w| and n_features_in_ as they are: neither is markup outside literal text."""
    text = re.sub(r":obj:`(\w+) <[\w.]+>`", r"**\1**", "\n".join(lines) + "\n")
    text = re.sub(r":term:`([^`]+)`", r"`\1`", text)  # of scikit-learn's glossary, in what is inherited
    parts = _LITERAL.split(text)
    parts[::2] = [re.sub(r"\||(?<=\w)_(?!\w)", r"\\\g<0>", part) for part in parts[::2]]
    lines[:] = "".join(parts).split("\n")


class ScikitLearnExceptions(SphinxDirective):
    """The tests of scikit-learn that fail on purpose, from the file that the test of them reads."""

    def run(self):
        file = ROOT / "tests" / "sklearn_suite" / "exceptions.toml"
        self.env.note_dependency(str(file))
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        lines = [f"With scikit-learn {table.pop('scikit_learn')}:", ""]
        for name, reasons in table.items():
            lines += [f"| `{name}` | what it asks, and why ours differs |", "|---|---|"]
            lines += [f"| `{test}` | {' '.join(why.split())} |" for test, why in reasons.items()]
            lines.append("")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app):
    app.connect("autodoc-process-docstring", keep_plain_text, priority=600)  # after numpydoc
    app.add_directive("scikit-learn-exceptions", ScikitLearnExceptions)
