"""Helpers that several tests share: real tunes and runs, oracles, a browser, file corruption."""
