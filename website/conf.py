"""Settings of Sphinx: the repository's markdown, read where it lies, as the site's documents."""

project = "One multilayer perceptron, three times"
language = "en"
extensions = ["myst_parser", "website.documents"]
include_patterns = ["README.md", "CONTRIBUTING.md", "docs/*.md", "*/README.md", "website/start.md"]
exclude_patterns = [".*"]
root_doc = "index"
highlight_language = "none"

# What GitHub shows: formulas in $`…`$ and in fences named math, and an anchor at each heading.
myst_enable_extensions = ["dollarmath", "attrs_block", "alert"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 6
myst_url_schemes = ["http", "https", "site"]

html_math_renderer = "katex"
html_theme = "furo"
html_title = project
html_static_path = ["static"]
html_css_files = ["katex/katex.min.css", "documents.css"]
templates_path = ["templates"]
html_sidebars = {
    "**": [
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
