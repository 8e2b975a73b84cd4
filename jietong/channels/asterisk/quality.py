"""How a leg sounds, from what RTP and RTCP count. Jitter and round trip come in seconds, losses as packets."""

from typing import Any

from jietong.channels.asterisk.lines import Line
from jietong.channels.switch import Quality
from jietong.core.vocabulary import Ms

_SUMMARY = "RTPAUDIOQOS"  # channel variable that Asterisk sets when the stream ends: key=value;key=value


def note(line: Line, variable: str, value: str) -> None:
    """Keeps the summary at a stream's end."""
    if variable != _SUMMARY:
        return
    found = dict(part.split("=", 1) for part in value.split(";") if "=" in part)
    _keep(line, found.get("rxcount"), found.get("lp"), found.get("rxjitter"), found.get("rtt"))


def note_statistics(line: Line, statistics: dict[str, Any]) -> None:
    """Keeps what ARI tells of a stream under way."""
    _keep(
        line, statistics.get("rxcount"), statistics.get("rxploss"), statistics.get("rxjitter"), statistics.get("rtt")
    )


def last(line: Line, at: Ms, *, final: bool = True) -> Quality | None:
    """None: the leg never had sound."""
    known = line.quality
    packets = known.get("packets", 0)
    if not packets:
        return None
    lost, jitter, round_trip = known.get("lost"), known.get("jitter"), known.get("round_trip")
    return Quality(
        at,
        leg=line.leg,
        loss_pct=None if lost is None else round(100 * lost / (packets + lost), 2),
        jitter_ms=None if jitter is None else round(jitter * 1000, 1),
        round_trip_ms=round(round_trip * 1000, 1) if round_trip else None,  # 0: no report came back yet
        codec=line.codec,
        packets=int(packets),
        final=final,
    )


def _keep(line: Line, packets: Any, lost: Any, jitter: Any, round_trip: Any) -> None:
    for key, value in (("packets", packets), ("lost", lost), ("jitter", jitter), ("round_trip", round_trip)):
        try:
            line.quality[key] = max(0.0, float(value))
        except (TypeError, ValueError):
            continue
