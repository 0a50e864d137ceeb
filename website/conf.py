"""Settings of Sphinx: the repository's markdown, read where it lies, as the site's documents."""

project = "One multilayer perceptron, three times"
language = "en"
extensions = ["myst_parser", "website.documents"]
include_patterns = ["README.md", "CONTRIBUTING.md", "docs/*.md", "*/README.md", "website/start.md"]
exclude_patterns = [".*"]
root_doc = "index"
highlight_language = "none"

# What GitHub shows: formulas in $`…`$ and in fences named math, and an anchor at each heading.
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 6
myst_url_schemes = ["http", "https", "site"]

html_math_renderer = "katex"
html_theme = "furo"
html_title = project
# The page's palette.
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#005a8e",
        "color-brand-content": "#005a8e",
        "color-brand-visited": "#005a8e",
        "color-background-primary": "#ffffff",
        "color-background-secondary": "#f7f6f3",
        "color-background-border": "#dedbd4",
        "color-foreground-primary": "#1c1e21",
        "color-foreground-secondary": "#575b61",
        "color-foreground-muted": "#6a6e73",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7cbfe9",
        "color-brand-content": "#7cbfe9",
        "color-brand-visited": "#7cbfe9",
        "color-background-primary": "#141618",
        "color-background-secondary": "#1c1f22",
        "color-background-border": "#383c41",
        "color-foreground-primary": "#e9e7e2",
        "color-foreground-secondary": "#abafb4",
        "color-foreground-muted": "#969a9f",
    },
}
pygments_dark_style = "github-dark"
html_static_path = ["styles"]
html_css_files = ["katex/katex.css", "documents.css"]
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
html_show_copyright = False
