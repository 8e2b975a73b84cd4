"""What happened along a recording, read off the ledger: holds, transfers, who listened; and its legs. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from jietong.core import events as e
from jietong.core.vocabulary import Ms


class Mark(NamedTuple):
    """An instant or, with `end`, a stretch of the contact's time.

    kind: answered | hold | transfer | transferred_out | consult | merged | pause | supervision | survey | ended.
    `what`: the pause's reason, the supervision's mode.
    """

    kind: str
    at: Ms
    end: Ms | None = None
    agent: str | None = None
    other: str | None = None
    queue: str | None = None
    what: str | None = None
    recording: str | None = None


class Leg(NamedTuple):
    """One party's line and how well it sounded: figures are None where the switch told none."""

    leg: str
    party: str
    agent: str | None
    trunk: str | None
    started: Ms
    answered: Ms | None = None
    ended: Ms | None = None
    cause: str | None = None
    loss_pct: float | None = None
    jitter_ms: float | None = None
    round_trip_ms: float | None = None
    mos: float | None = None
    codec: str | None = None


class Along(NamedTuple):
    marks: list[Mark]
    legs: list[Leg]


def along(history: Iterable[e.AnyEvent]) -> Along:
    """`history`: one contact's events in order. A stretch that has no end yet has `end` None."""
    marks: list[Mark] = []
    legs: dict[str, Leg] = {}
    open_: dict[tuple[str, str], int] = {}

    def begin(kind: str, key: str, mark: Mark) -> None:
        open_[kind, key] = len(marks)
        marks.append(mark)

    def end(kind: str, key: str, at: Ms) -> None:
        place = open_.pop((kind, key), None)
        if place is not None:
            marks[place] = marks[place]._replace(end=at)

    for event in history:
        match event:
            case e.OfferAccepted(at=at, agent=agent, queue=queue):
                marks.append(Mark("answered", at, agent=agent, queue=queue))
            case e.ContactHeld(at=at, agent=agent):
                begin("hold", "", Mark("hold", at, agent=agent))
            case e.ContactResumed(at=at):
                end("hold", "", at)
            case e.ContactTransferred(at=at, agent=agent, to_agent=other, to_queue=queue):
                end("hold", "", at)
                marks.append(Mark("transfer", at, agent=agent, other=other, queue=queue))
            case e.ConsultStarted(at=at, agent=agent, other=other):
                begin("consult", other, Mark("consult", at, agent=agent, other=other))
            case e.ConsultEnded(at=at, other=other, why=why):
                end("consult", other, at)
                if why == "completed":
                    marks.append(Mark("transfer", at, agent=event.agent, other=other))
            case e.ConsultMerged(at=at, agent=agent, other=other):
                marks.append(Mark("merged", at, agent=agent, other=other))
            case e.RecordingPaused(at=at, recording=recording, why=why, by=by):
                begin("pause", recording, Mark("pause", at, agent=by, what=why, recording=recording))
            case e.RecordingResumed(at=at, recording=recording) | e.RecordingEnded(at=at, recording=recording):
                end("pause", recording, at)
            case e.SupervisionStarted(at=at, by=by, mode=mode, agent=agent):
                begin("supervision", f"{by} {mode}", Mark("supervision", at, agent=agent, other=by, what=str(mode)))
            case e.SupervisionEnded(at=at, by=by, mode=mode):
                end("supervision", f"{by} {mode}", at)
            case e.SurveyAsked(at=at):
                marks.append(Mark("survey", at))
            case e.ContactEnded(at=at):
                end("hold", "", at)
                marks.append(Mark("ended", at, what=str(event.by)))
            case e.LegStarted(at=at, leg=leg, party=party, agent=agent, trunk=trunk):
                legs[leg] = Leg(leg, str(party), agent, trunk, at)
            case e.LegAnswered(at=at, leg=leg) if leg in legs:
                legs[leg] = legs[leg]._replace(answered=at)
            case e.LegEnded(at=at, leg=leg, cause=cause) if leg in legs:
                legs[leg] = legs[leg]._replace(ended=at, cause=cause)
            case e.LegQuality(leg=leg) if leg in legs:
                legs[leg] = legs[leg]._replace(
                    loss_pct=event.loss_pct,
                    jitter_ms=event.jitter_ms,
                    round_trip_ms=event.round_trip_ms,
                    mos=event.mos,
                    codec=event.codec,
                )
            case _:
                pass
    return Along(marks, list(legs.values()))
