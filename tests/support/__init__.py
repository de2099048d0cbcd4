"""What several tests share: real parts, oracles, a browser, ways to break files."""
