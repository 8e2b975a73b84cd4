"""The digest chain: every event's digest covers its own bytes and, through its forerunner's, all before it. Pure.

Changing, removing or inserting an event in the middle breaks the chain from there on; cutting off the end breaks
the match with the head. Whoever notes a head's digest elsewhere can prove the ledger up to it later.
"""

import hashlib


def genesis(site: str) -> bytes:
    """The digest before the first event of a site."""
    return hashlib.sha256(b"jietong ledger\x00" + site.encode()).digest()


def link(before: bytes, seq: int, key: str | None, data: bytes) -> bytes:
    """Digest (32 bytes) of event `seq` with the canonical bytes `data`, made by the command `key`.

    SHA-256 over: the digest before, seq as 8 bytes big-endian, the key's length as 4 bytes and its UTF-8 bytes
    (length 2³²−1 when there is none), data.
    """
    if key is None:
        named = b"\xff\xff\xff\xff"
    else:
        named = key.encode()
        named = len(named).to_bytes(4, "big") + named
    return hashlib.sha256(before + seq.to_bytes(8, "big") + named + data).digest()
