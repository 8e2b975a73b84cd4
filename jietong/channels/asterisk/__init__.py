"""Asterisk behind the port of `channels.switch`: our own private one, or the user's, spoken to over ARI.

From the outside in: `switch` (the port) → `ari` and `ami` (two thin protocols) → Asterisk, which for the private one
`install` fetched, `configuration` set up and `supervise` runs.
"""
