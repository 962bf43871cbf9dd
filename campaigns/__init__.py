"""Bulk SMS campaigns from spreadsheets, through the MOBIPACE HTTP API 2.0."""

__version__ = "0.1.0"
