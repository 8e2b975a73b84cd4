"""Models and figures by their names in a file: `A`, `M/M/n/K(K=111)`, `X(redial=0.3)`; `asa_s`, `p_abandon` …

    answer("A", "p_abandon", Row(rate=1000, aht_s=360, patience_s=90, agents=100))

Models: B, B_cont (Erlang B; agents are lines), C, A, M/M/n/K(K=…) with K places in the system, seats included, of
which n are agents (patience as well, if given), X(redial=r) Erlang A with redials; and the limits
HalfinWhitt(beta) and Garnett(beta,theta/mu), whose parameters stand in the metric's name: p_wait_beta=0.5,
p_wait_beta=1_thetaovermu=0.1.
"""

import math
import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import NamedTuple

from jietong.workforce.erlang.limits import garnett, halfin_whitt
from jietong.workforce.erlang.systems import Figures, Level, agents_needed, figures

INF = math.inf


class Row(NamedTuple):
    """What a line gives; None where a cell is empty."""

    rate: float | None = None  # contacts an hour
    aht_s: float | None = None
    patience_s: float | None = None
    agents: float | None = None
    threshold_s: float | None = None


class Model(NamedTuple):
    """`in_system`: K of M/M/n/K. `limit`: which of the square-root rules it is."""

    kind: str
    redial: float = 0.0
    in_system: float | None = None
    limit: str | None = None


_PARAMETERS = re.compile(r"([^()]+?)\s*(?:\(([^()]*)\))?")
_REQUIRED = re.compile(r"required_(agents|lines|trunks)_([a-z_/]+?)_?([<>=]*)([0-9.]+(?:e-?[0-9]+)?)")

FIGURES: dict[str, Callable[[Figures, float], object]] = {
    "p_wait": lambda f, t: f.p_wait,
    "p_delay": lambda f, t: f.p_wait,
    "p_wait_gt_t": lambda f, t: f.wait_beyond,
    "p_wait_le_t": lambda f, t: f.level(Level.WITHIN),
    "sl_served_within_over_offered": lambda f, t: f.level(Level.OFFERED),
    "sl_within_over_offered": lambda f, t: f.level(Level.WITHIN),
    "sl_incl_short_abandons": lambda f, t: f.level(Level.WITHIN),
    "sl_served_within_over_served": lambda f, t: f.level(Level.ANSWERED),
    "sl_served_within_over_answered": lambda f, t: f.level(Level.ANSWERED),
    "sl_excl_short_abandons": lambda f, t: f.level(Level.NO_SHORT),
    "sl_served_within_over_attempts": lambda f, t: f.level(Level.OF_ATTEMPTS),
    "service_level": lambda f, t: f.level(Level.OFFERED),
    "sl1": lambda f, t: f.level(Level.WITHIN),
    "sl2": lambda f, t: f.level(Level.ANSWERED),
    "sl3": lambda f, t: f.level(Level.OFFERED),
    "sl4": lambda f, t: f.level(Level.NO_SHORT),
    "sl7": lambda f, t: f.level(Level.OF_ATTEMPTS),
    "mean_wait_s": lambda f, t: f.wait_s,
    "mean_wait_all_s": lambda f, t: f.wait_s,
    "asa_s": lambda f, t: f.asa_s,
    "asa_served_s": lambda f, t: f.asa_s,
    "mean_wait_served_s": lambda f, t: f.asa_s,
    "mean_wait_answered_s": lambda f, t: f.asa_s,
    "mean_wait_abandoned_s": lambda f, t: f.abandoned_wait_s,
    "queue_len": lambda f, t: f.queue,
    "occupancy": lambda f, t: f.occupancy,
    "p_abandon": lambda f, t: f.abandoned,
    "p_abandon_le_t": lambda f, t: f.abandoned_in_time,
    "p_served": lambda f, t: f.served,
    "p_block": lambda f, t: f.blocked,
    "attempts_per_h": lambda f, t: f.attempts,
    "offered_per_h": lambda f, t: f.attempts,
    "throughput_per_h": lambda f, t: f.attempts * (1 - f.blocked) * f.served,
}
"""By name: of the figures and the threshold. Of those who get in, except p_block and sl7; `_entering`,
`_per_attempt` behind a name say the same again."""

LEVELS: dict[str, Level] = {
    "sl": Level.OFFERED,
    "sl3": Level.OFFERED,
    "slserved": Level.OFFERED,
    "sl_served": Level.OFFERED,
    "sl_served_within_over_offered": Level.OFFERED,
    "service_level": Level.OFFERED,
    "slwithin": Level.WITHIN,
    "slexcl": Level.NO_SHORT,
    "slexclshort": Level.NO_SHORT,
    "sl_excl": Level.NO_SHORT,
    "sl_excl_short_abandons": Level.NO_SHORT,
    "slanswered": Level.ANSWERED,
    "sl_served_within_over_served": Level.ANSWERED,
}
_BLOCKING = {"p_block", "pblock", "block", "b", "blocking"}


def answer(model: str, metric: str, row: Row) -> float:
    """The figure of that name. Raises ValueError with a sentence for what is unknown or missing."""
    given = model_of(model)
    if given.limit is not None:
        return _limit(given.limit, metric)
    rate, aht = _there("lambda_per_h", row.rate), _there("aht_s", row.aht_s)
    patience = INF
    if given.kind == "A" or (given.kind in {"X", "K"} and row.patience_s is not None):
        patience = _there("patience_s", row.patience_s)
    within = 0.0 if row.threshold_s is None else row.threshold_s
    wanted = _REQUIRED.fullmatch(metric)
    if wanted is not None:
        return _required(given, wanted, rate, aht, patience, row.threshold_s)
    name = metric.removesuffix("_entering").removesuffix("_per_attempt")
    if name not in FIGURES:
        raise ValueError(_no_metric(metric))
    if row.threshold_s is None and (name.startswith(("sl", "service")) or name.endswith("_t")):
        raise ValueError(f"{metric} needs threshold_s")
    agents = _there("agents", row.agents)
    found = figures(
        rate, aht, agents, within_s=within, patience_s=patience, places=_places(given, agents), redial=given.redial
    )
    return float(FIGURES[name](found, within))  # type: ignore[arg-type]


def model_of(name: str) -> Model:
    """Raises ValueError if there is none of that name."""
    parts = _PARAMETERS.fullmatch(name.strip())
    if parts is not None:
        kind, inner = parts.group(1), parts.group(2)
        if kind in {"HalfinWhitt", "Garnett"}:
            return Model(kind, limit=kind)
        if kind in {"A", "B", "B_cont", "C"} and inner is None:
            return Model(kind[0])
        values = dict(pair.partition("=")[::2] for pair in (inner or "").replace(" ", "").split(",") if pair)
        if kind in {"A", "B", "B_cont", "C", "X"} and set(values) == {"redial"}:
            return Model(kind[0], redial=_number("redial", values["redial"]))
        if kind in {"M/M/n/K", "M/M/n/K+M", "MMNK"} and "K" in values and set(values) <= {"K", "redial"}:
            again = _number("redial", values.get("redial", "0"))
            places = _number("K", values["K"])
            if not (places >= 0 and places % 1 == 0):
                raise ValueError(f"K is no whole number: {values['K']!r}")
            return Model("K", redial=again, in_system=places)
    raise ValueError(
        f"there is no model {name!r}: A, B, B_cont, C, M/M/n/K(K=…), X(redial=…), "
        "HalfinWhitt(beta), Garnett(beta,theta/mu)"
    )


def _no_metric(name: str) -> str:
    near = get_close_matches(name, FIGURES, 1, 0.7)
    if near:
        return f"there is no metric {name!r}, the nearest is {near[0]!r}"
    return f"there is no metric {name!r}: {', '.join(FIGURES)}, required_agents_sl0.8, required_lines_p_block0.01"


def _places(model: Model, agents: float) -> float:
    if model.kind == "B":
        return 0.0
    if model.in_system is None:
        return INF
    if agents > model.in_system:
        raise ValueError(f"K={model.in_system:g} is less than the agents")
    return model.in_system - agents


def _required(
    model: Model, wanted: "re.Match[str]", rate: float, aht: float, patience: float, within: float | None
) -> float:
    kind, goal = wanted.group(2), float(wanted.group(4))
    if kind in _BLOCKING:
        level, share = Level.NOT_BLOCKED, 1 - goal
    elif kind in LEVELS:
        level, share = LEVELS[kind], goal
        if within is None:
            raise ValueError("an agent count for a service level needs threshold_s")
    else:
        raise ValueError(
            f"there is no metric {wanted.group(0)!r}: required_agents_… is of {', '.join(LEVELS)}, p_block"
        )
    if model.in_system is not None:
        return _within_system(model, rate, aht, patience, within or 0.0, level, share)
    return float(
        agents_needed(
            rate, aht, share=share, within_s=within or 0.0, patience_s=patience, places=_places(model, 0.0),
            redial=model.redial, level=level,
        )
    )  # fmt: skip


def _within_system(
    model: Model, rate: float, aht: float, patience: float, within: float, level: Level, share: float
) -> float:
    """Of a system of K places: more seats leave fewer places to wait in."""
    most = int(model.in_system or 0)
    for n in range(most + 1):
        found = figures(
            rate, aht, n, within_s=within, patience_s=patience, places=float(most - n), redial=model.redial
        )
        if float(found.level(level)) >= share - 1e-12:
            return float(n)
    return INF


def _limit(kind: str, metric: str) -> float:
    parts = metric.split("_")
    values = dict(part.partition("=")[::2] for part in parts if "=" in part)
    if not metric.startswith("p_wait") or "beta" not in values:
        raise ValueError(f"there is no metric {metric!r}: p_wait_beta=… is meant")
    beta = _number("beta", values["beta"])
    if kind == "HalfinWhitt":
        return halfin_whitt(beta)
    if "thetaovermu" not in values:
        raise ValueError(f"{metric} needs thetaovermu=…")
    return garnett(beta, _number("thetaovermu", values["thetaovermu"]))


def _there(name: str, value: float | None) -> float:
    if value is None:
        raise ValueError(f"{name} is missing")
    return value


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{name} is no number: {text!r}") from None
