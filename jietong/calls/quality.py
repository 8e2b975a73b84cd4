"""Voice quality of a leg as a mean opinion score, by the E-model (ITU-T G.107). Pure.

    R = Ro − Is − Id − Ie,eff + A                                      (G.107 eq. 7-1)

Ro − Is with every other parameter at its default is 93.2, the default rating that G.107 states; A is 0. What the
network does enters by two terms: Id by the mouth-to-ear delay, Ie,eff by codec and packet loss.

Delay: half the round trip, the packets of one frame, and a jitter buffer of twice the jitter (an adaptive buffer
holds about two mean deviations). Id by the approximation of Cole and Rosenbluth, "Voice over IP performance
monitoring", ACM SIGCOMM CCR 31(2), 2001, of G.107 eq. 7-27 for echo-free paths:

    Id = 0.024 d + 0.11 (d − 177.3) H(d − 177.3)                       d in ms

Loss: Ie,eff = Ie + (95 − Ie) · Ppl / (Ppl/BurstR + Bpl)               (G.107 eq. 7-29), BurstR = 1: random loss

MOS: 1 for R ≤ 0; 4.5 for R ≥ 100; else 1 + 0.035 R + R (R − 60)(100 − R) · 7·10⁻⁶   (G.107 Annex B, eq. B-4)
"""

from collections.abc import Iterable
from typing import NamedTuple

from jietong.channels.switch import Quality
from jietong.core.events import LegQuality

R_DEFAULT = 93.2
FRAME_MS = 20.0
"""RTP carries 20 ms of voice in a packet (RFC 3551 §4.2 default)."""
JITTER_BUFFER = 2.0
FAIR = 3.6
"""MOS below which many users are dissatisfied: R 70 (G.107 Annex B, table B.1; G.109)."""


class Codec(NamedTuple):
    """`ie`: equipment impairment without loss. `bpl`: robustness to random loss. `extra_ms`: look-ahead."""

    ie: float
    bpl: float
    extra_ms: float = 0.0


# Provisional planning values of ITU-T G.113 Appendix I: Ie without loss, Bpl for random loss.
G711 = Codec(0.0, 25.1)  # with the concealment of G.711 Appendix I; without any Bpl would be 4.3
G729 = Codec(11.0, 19.0, 5.0)  # G.729A with VAD; 5 ms look-ahead
GSM = Codec(20.0, 10.0)  # Ie of full rate; its Bpl is not tabulated: that of GSM-EFR is taken
# Wideband codecs are rated here on the narrow-band scale, where they cannot be better than G.711 (Ie 0): one end of
# such a call is a telephone line. G.113 tabulates no Bpl for them here: that of G.711 with concealment is taken.
WIDEBAND = Codec(0.0, 25.1, 6.5)  # Opus: 6.5 ms look-ahead (RFC 6716)
G722 = Codec(0.0, 25.1, 1.5)  # 1.5 ms of filter delay

CODECS = {
    "alaw": G711,
    "ulaw": G711,
    "pcma": G711,
    "pcmu": G711,
    "g722": G722,
    "opus": WIDEBAND,
    "g729": G729,
    "gsm": GSM,
}


def rating(*, codec: str | None, loss_pct: float, delay_ms: float) -> float:
    """R, 0 … 93.2. An unknown codec is rated as G.711, which it cannot be better than on this scale.

    `loss_pct` 0..100; `delay_ms` from mouth to ear.
    """
    kind = CODECS.get((codec or "").lower(), G711)
    loss = min(100.0, max(0.0, loss_pct))
    delay = max(0.0, delay_ms)
    delay_impairment = 0.024 * delay + (0.11 * (delay - 177.3) if delay > 177.3 else 0.0)
    equipment = kind.ie + (95.0 - kind.ie) * loss / (loss + kind.bpl)
    return max(0.0, R_DEFAULT - delay_impairment - equipment)


def mos_of(rating: float) -> float:
    """Mean opinion score, 1 … 4.5."""
    if rating <= 0:
        return 1.0
    if rating >= 100:
        return 4.5
    return max(1.0, 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6)


def delay_ms(*, codec: str | None, round_trip_ms: float, jitter_ms: float) -> float:
    """One way, from mouth to ear."""
    kind = CODECS.get((codec or "").lower(), G711)
    return max(0.0, round_trip_ms) / 2 + JITTER_BUFFER * max(0.0, jitter_ms) + FRAME_MS + kind.extra_ms


def mos(told: Quality) -> float | None:
    """Of one leg as the switch measured it; None where it heard no packet, or does not know the loss.

    What is not known of delay counts as none, so such a score is an upper bound.
    """
    if told.loss_pct is None:
        return None
    delay = delay_ms(codec=told.codec, round_trip_ms=told.round_trip_ms or 0.0, jitter_ms=told.jitter_ms or 0.0)
    return round(mos_of(rating(codec=told.codec, loss_pct=told.loss_pct, delay_ms=delay)), 2)


def worst(told: Iterable[Quality]) -> Quality | None:
    """The measurement that tells of a call: a talk is as bad as its worse side. None: nothing could be rated."""
    rated = [(score, n, one) for n, one in enumerate(told) if (score := mos(one)) is not None]
    return min(rated)[2] if rated else None


def fact(contact: str, told: Quality) -> LegQuality:
    """For the ledger; `at` is the switch's instant."""
    return LegQuality(
        at=told.at,
        contact=contact,
        leg=told.leg,
        loss_pct=None if told.loss_pct is None else round(told.loss_pct, 2),
        jitter_ms=None if told.jitter_ms is None else round(told.jitter_ms, 1),
        round_trip_ms=None if told.round_trip_ms is None else round(told.round_trip_ms, 1),
        mos=mos(told),
        codec=told.codec,
    )
