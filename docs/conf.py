"""How Sphinx makes the site of these pages: `make docs` shows it, `make check` builds it and takes no warning."""

from importlib.metadata import version as installed_version

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "Lakecast"
author = "the Lakecast authors"
version = release = installed_version("lakecast")

extensions = ["myst_parser"]
myst_heading_anchors = 3
nitpicky = True
exclude_patterns = ["*.py"]

html_theme = "furo"
html_title = "Lakecast"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False


def setup(app: Sphinx) -> None:
    """Show files of demand as they are: Pygments has no colours for CSV."""
    app.add_lexer("csv", TextLexer)
