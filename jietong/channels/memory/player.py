"""What the exchange in memory plays to its legs, piece by piece; several on one leg come one after the other."""

from collections.abc import Callable
from pathlib import Path

from jietong.channels.memory.leg import Leg, Play
from jietong.channels.memory.recorder import Recorder
from jietong.channels.memory.tape import length_s
from jietong.channels.memory.time import Time
from jietong.channels.switch import Media, PlayEnded, Tell

OWN_SOUND_S = 2.0
DIGIT_S = 0.5


def sound_s(media: Media) -> float | None:
    """How long it sounds; None: there is no such file. Only absolute paths are looked for: others are taken for
    sounds of the switch's own."""
    kind, colon, rest = media.uri.partition(":")
    if kind == "tone":
        return float("inf")
    if kind == "digits":
        return DIGIT_S * len(rest)
    path = Path(rest if colon else kind)
    return length_s(path.with_name(path.name + ".wav")) if path.is_absolute() else OWN_SOUND_S


class Player:
    def __init__(
        self,
        time: Time,
        recorder: Recorder,
        tell: Callable[[Tell], None],
        media_s: Callable[[Media], float | None] = sound_s,
    ) -> None:
        self._time = time
        self._recorder = recorder
        self._tell = tell
        self._media_s = media_s

    def play(self, leg: Leg, play: Play) -> None:
        self._recorder.note()
        leg.plays.append(play)
        if len(leg.plays) == 1:
            self._sound(leg, play)

    def over(self, leg: Leg, play: Play, *, complete: bool) -> None:
        """It has ended, or is to end now."""
        first = leg.plays[0] is play
        if play.timer is not None:
            play.timer.cancel()
        self._recorder.note()
        leg.plays.remove(play)
        self._tell(PlayEnded(self._time.now(), leg=leg.id, play=play.id, complete=complete))
        if first and leg.plays:
            self._sound(leg, leg.plays[0])

    def stop(self, leg: Leg) -> None:
        """All that is played to the leg, or is to be."""
        while leg.plays:
            self.over(leg, leg.plays[-1], complete=False)

    def forget(self, leg: Leg) -> None:
        """Without a word."""
        for play in leg.plays:
            if play.timer is not None:
                play.timer.cancel()

    def _sound(self, leg: Leg, play: Play) -> None:
        """The present piece; then the next."""
        if not play.media:
            self.over(leg, play, complete=True)
            return
        seconds = self._media_s(play.media[play.at])
        if seconds is None:
            self.over(leg, play, complete=False)
        elif seconds < float("inf"):
            at = self._time.now() + round(seconds * 1000)
            play.timer = self._time.call_at(at, lambda: self._sounded(leg, play))

    def _sounded(self, leg: Leg, play: Play) -> None:
        play.timer = None
        if play.at + 1 < len(play.media):
            play.at += 1
            self._sound(leg, play)
        else:
            self.over(leg, play, complete=True)
