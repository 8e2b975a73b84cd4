"""A day of contacts through the live router on virtual time: `python -m bench.day [--json] [--contacts 100000]`.

Four queues of two channels, twelve working hours, customers who lose patience, agents who miss an offer now and
then: the day of tests/simulate. Afterwards every contact must be accounted for and the engine's invariants hold;
otherwise the bench fails.
"""

import argparse
import json
from random import Random
from time import perf_counter

from jietong.routing.virtual import VirtualDay
from tests.simulate.test_virtual_day import START, centre, traffic


def measure(contacts: int) -> dict[str, float]:
    engine, agents = centre(max(10, contacts * 950 // 100_000))
    day = VirtualDay(engine, traffic(contacts), Random(7), START)
    day.open(agents)
    begun = perf_counter()
    result = day.run()
    seconds = perf_counter() - begun
    wrong = engine.check()
    if wrong or result.arrived != result.handled + result.abandoned + result.refused + result.timed_out:
        raise SystemExit(f"contacts are lost or the engine contradicts itself: {result} {wrong[:3]}")
    return {
        "agents": len(agents),
        "contacts": result.arrived,
        "facts": result.events,
        "seconds": round(seconds, 2),
        "facts_per_s": round(result.events / seconds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--contacts", type=int, default=100_000)
    asked = parser.parse_args()
    found = measure(asked.contacts)
    print(json.dumps(found) if asked.json else "\n".join(f"{name:14} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
