"""The pure core: a table of text becomes a plan. No files, network, clock or environment."""
