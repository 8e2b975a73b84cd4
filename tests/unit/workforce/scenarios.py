"""Scenarios that several tests of the simulation play."""

from typing import Any

from jietong.workforce.simulation import Scenario, reading


def exponential(mean_s: float) -> dict[str, Any]:
    return {"distribution": "exponential", "mean_s": mean_s}


def one_pool(agents: int, per_hour: float, hours: float, **more: Any) -> Scenario:
    """M/M/n+M: 180 s of talk, 120 s of patience; the first half-hour is not counted."""
    return reading.of(
        {
            "name": "one pool",
            "zone": "UTC",
            "hours": hours + 0.5,
            "warm_up_s": 1800,
            "metrics": "sl3(20),abandon_rate,asa,occupancy,answered,abandoned,entry_offered",
            "queues": {
                "calls": {
                    "arrivals": {"per_hour": per_hour},
                    "handling": exponential(180),
                    "patience": exponential(120),
                }
            },
            "agents": {"team": {"count": agents}},
            **more,
        }
    )


def everything_compiled() -> Scenario:
    """All that the compiled path can express, at once: 15 lines that run out, three queues, shifts with breaks."""
    return reading.of(EVERYTHING)


EVERYTHING: dict[str, Any] = {
    "name": "everything",
    "hours": 8.0,
    "opens": "08:00",
    "zone": "UTC",
    "trunks": {"channels": 15},
    "day_to_day": 0.1,
    "own_skill_first": True,
    "costs": {"full_time_hour": 60, "part_time_hour": 45, "line_day": 5},
    "metrics": (
        "sl3,sl7,sl1(10),sl6(20,5),abandon_rate,asa,awt_abandon,wait_p90,max_wait,entry_offered,entry_busy_rate,"
        "entry_blocked,lost_in_flow,self_served,flow_time,aht,acw,occupancy,online_streak,atb,missed_offer_rate,"
        "answered,requested_agent"
    ),
    "queues": {
        "repair": {
            "arrivals": {
                "profile": [60, 90, 120, 100, 70, 40, 80, 20],
                "step_s": 3600,
                "pace": [1, 1.2, 1, 0.9],
            },
            "handling": {"distribution": "lognormal", "mean_s": 200},
            "wrapup": exponential(30),
            "wrapup_cap_s": 60,
            "patience": exponential(150),
            "requires": {"repair": 1},
            "priority": 2,
            "max_wait_s": 240,
            "answer": exponential(4),
            "flow": {"time": exponential(30), "served": 0.1, "lost": 0.05},
            "redial": {"after_busy": 0.7, "after_abandon": 0.4, "delay_s": 120},
            "selection": "best_skill",
        },
        "billing": {
            "arrivals": {"counts": [30, 20, 40, 50, 20, 10, 30, 20], "step_s": 3600},
            "handling": {"distribution": "gamma", "mean_s": 260, "cv": 0.7},
            "patience": {"distribution": "weibull", "mean_s": 200, "shape": 0.7},
            "requires": {"billing": 2},
            "ageing_s": 30,
            "priority": 1,
            "max_waiting": 4,
            "redial": {"after_busy": 0.5},
        },
        "else": {
            "arrivals": {"per_hour": 25.0},
            "handling": {"distribution": "listed", "values_s": [60, 100, 300]},
            "patience": {"distribution": "curve", "times_s": [10, 60, 200], "left": [0.9, 0.6, 0.3]},
            "max_wait_s": 300,
        },
    },
    "agents": {
        "early": {
            "count": 6,
            "skills": {"repair": 4},
            "absent": 0.1,
            "shifts": [{"start": "07:50", "end": "13:00", "breaks": [{"start": "10:00", "end": "10:15"}]}],
        },
        "late": {
            "count": 5,
            "skills": {"repair": 2, "billing": 3},
            "employment": "part_time",
            "shifts": [
                {
                    "start": "09:00",
                    "end": "16:00",
                    "breaks": [{"start": "12:00", "end": "12:40", "activity": "meal"}],
                }
            ],
        },
        "split": {
            "count": 3,
            "skills": {"billing": 3},
            "shifts": [{"start": "08:00", "end": "11:00"}, {"start": "12:00", "end": "15:30"}],
        },
    },
}
