"""The MOBIPACE HTTP API 2.0: its words, a client for it, and a local stand-in of it."""
