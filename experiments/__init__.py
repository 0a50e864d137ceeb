"""The lesson's claims, each a script that runs in seconds and draws one figure; see README.md."""
