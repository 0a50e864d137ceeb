"""The static site: the documents, the exercises and the page, without a server of ours."""
