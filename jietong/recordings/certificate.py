"""The deletion certificate (销毁证明): what was deleted, when, by which rule, on whose word. Pure.

The document is canonical JSON. Its SHA-256 stands in the audit log, whose chain shows any later change; so the
document proves itself against the log, and the log against the digest that was noted elsewhere.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from jietong.core.clock import to_datetime
from jietong.core.vocabulary import Ms
from jietong.identity.audit import Entry
from jietong.recordings.model import Certificate, Hold, Recording

FORMAT = "jietong-deletion-certificate/v1"
ACTION = "recording.deleted"


class Order(NamedTuple):
    """On whose word a recording goes. `why`: retention | request."""

    why: str
    reason: str
    account: str
    name: str
    at: Ms


def document_of(id: str, one: Recording, order: Order, holds: Sequence[Hold], now: Ms) -> dict[str, Any]:
    """The certificate's text. `holds` are those that there were; none of them is open."""
    return {
        "format": FORMAT,
        "id": id,
        "recording": one.id,
        "contact": one.contact,
        "client": one.client,
        "recorded": _instant(one.started),
        "duration_ms": one.duration_ms,
        "stored": _instant(one.stored_at),
        "tracks": [{"name": track.name, "bytes": track.bytes, "sha256": track.digest} for track in one.tracks],
        "recording_rule": one.rule,
        "keep_days": one.keep_days,
        "keep_until": _instant(one.keep_until),
        "why": order.why,
        "reason": order.reason,
        "by": {"account": order.account, "name": order.name},
        "ordered": _instant(order.at),
        "deleted": _instant(now),
        "holds": [
            {
                "set": _instant(hold.set_at),
                "set_by": hold.set_by_name,
                "lifted": None if hold.lifted_at is None else _instant(hold.lifted_at),
                "lifted_by": hold.lifted_by_name,
            }
            for hold in holds
        ],
    }


def canonical(document: dict[str, Any]) -> str:
    """Sorted keys, no spaces, UTF-8: the text that the digest is made of."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def digest_of(document: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def file_of(one: Certificate, entry_digest: str) -> dict[str, Any]:
    """What is handed out: the document, and where in the audit log it stands."""
    return {
        "certificate": orjson.loads(one.document),
        "sha256": one.digest,
        "audit": {"seq": one.audit_seq, "digest": entry_digest},
    }


def faults(file: Any, entry: Entry | None) -> list[str]:
    """What does not hold about a certificate file, given the audit entry it names; empty: all of it holds."""
    if not isinstance(file, dict) or not isinstance(file.get("certificate"), dict):
        return ["it is no deletion certificate"]
    document, named = file["certificate"], file.get("audit")
    if document.get("format") != FORMAT or not isinstance(named, dict):
        return ["it is no deletion certificate"]
    found = []
    digest = digest_of(document)
    if digest != file.get("sha256"):
        found.append("its text is not what its digest was made of")
    if entry is None or entry.action != ACTION or entry.object != document.get("recording"):
        found.append("the audit log has no such deletion")
    else:
        if entry.details.get("sha256") != digest:
            found.append("the audit log knows another text")
        if entry.digest != named.get("digest"):
            found.append("the audit log's entry is not the one it was written with")
    return found


def _instant(at: Ms) -> str:
    return to_datetime(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
