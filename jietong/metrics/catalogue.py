"""The metric catalogue: one definition of every figure, for wall, report, contract and appraisal alike. Pure."""

from jietong.metrics.definition import Definition
from jietong.metrics.definitions.access import ACCESS
from jietong.metrics.definitions.again import FCR_VERIFIED, REDIAL
from jietong.metrics.definitions.agents import AGENTS
from jietong.metrics.definitions.backlog import BACKLOG
from jietong.metrics.definitions.handling import HANDLING
from jietong.metrics.definitions.judged import JUDGED
from jietong.metrics.definitions.present import PRESENT
from jietong.metrics.definitions.satisfaction import SATISFACTION
from jietong.metrics.definitions.service_levels import SERVICE_LEVELS
from jietong.metrics.definitions.telephony import FLOWS, LINES, OUTBOUND
from jietong.metrics.definitions.working_time import WORKING_TIME

THEMES: dict[str, tuple[Definition, ...]] = {
    "access": (*ACCESS, REDIAL),
    "service_level": SERVICE_LEVELS,
    "handling": (*HANDLING, FCR_VERIFIED, *BACKLOG),
    "agents": (*AGENTS, *WORKING_TIME),
    "satisfaction": (*SATISFACTION, *JUDGED),
    "flows": FLOWS,
    "outbound": OUTBOUND,
    "lines": LINES,
    "present": PRESENT,
}

CATALOGUE: dict[str, Definition] = {d.id: d for theme in THEMES.values() for d in theme}
"""By id."""

ALIASES = {"service_level": "sl3"}
"""Other names for a figure: who names no reading of the service level means this one."""
