"""The benches of `python -m bench`: how each is called, in full and short, and what its JSON says as figures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.figure import Figure, all_of, alone, at_least, at_most, beside

Found = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """`python -m bench.<name>` with `arguments`, or with `short` for a quick look."""

    name: str
    title: str
    method: str  # what was done, for the document
    read: Callable[[Found], list[Figure]]
    arguments: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    longest_s: float = 1_800
    peers: tuple[str, ...] = ()  # packages of the extra `bench` that it cannot do without
    reads_data: bool = False  # takes --data FOLDER: public data that does not come with the project


def engine(found: Found) -> list[Figure]:
    growth = "cost at the largest ÷ at the smallest"
    by_agents, by_waiting = found["cycle_us_by_agents"], found["cycle_us_by_waiting"]
    return [
        at_least("matches, 2,000 agents, 100 skills, 5 each", found["matches_per_s"], "/s", 500_000),
        alone("full life cycles, 1,000 agents", found["cycles_per_s"], "/s"),
        *(alone(f"a life cycle with {int(n):,} agents", us, "µs") for n, us in by_agents.items()),
        at_most(f"{growth}, by agents", found["growth_agents"], "×", 1.5),
        *(alone(f"a life cycle with {int(n):,} waiting", us, "µs") for n, us in by_waiting.items()),
        at_most(f"{growth}, by waiting", found["growth_waiting"], "×", 1.5),
    ]


def forecast(found: Found) -> list[Figure]:
    out = []
    for name, series in found["series"].items():
        models = series["models"]
        own = models["ours"]
        out.append(alone(f"{name}: origins, ten days each", series["origins"], ""))
        if name == "bank_calls":
            out.append(at_most(f"{name}: wMAPE", own["wmape"], "", 0.060))
        for peer in ("week before", "MSTL", "LightGBM"):
            out.append(beside(f"{name}: wMAPE", own["wmape"], "", peer, models[peer]["wmape"]))
        out.append(beside(f"{name}: MASE", own["mase"], "", "LightGBM", models["LightGBM"]["mase"]))
        for model, figures in models.items():
            out.append(alone(f"{name}: within 10–90 %, {model}", figures["coverage"], ""))
        out.append(at_most(f"{name}: a queue, learnt and forecast", own["seconds"], "s", 1.0))
    return out


def durable(found: Found) -> list[Figure]:
    out = []
    for workers, figure in found["workers"].items():
        at_once = f"{workers} at once"
        out += [
            alone(f"life cycles, {at_once}", figure["life_cycles_per_s"], "/s"),
            alone(f"a command, {at_once}, p50", figure["p50_ms"], "ms"),
            alone(f"a command, {at_once}, p99", figure["p99_ms"], "ms"),
        ]
    plain = found["plain_rows_per_s"]
    busiest = max(found["workers"].values(), key=lambda figure: figure["events_per_s"])
    one = found["workers"]["1"]
    return [
        *out,
        beside(
            "commands, 1 at once", one["commands_per_s"], "/s", "inserts, 1 connection, a commit each", plain["1x1"]
        ),
        beside("events", busiest["events_per_s"], "/s", "inserts, 16 connections, a commit each", plain["16x1"]),
        beside("events", busiest["events_per_s"], "/s", "inserts, 100 rows a commit", plain["1x100"]),
    ]


def recovery(found: Found) -> list[Figure]:
    whole = found["no_snapshot_s"]
    peer = "replay of every event"
    return [
        alone("events in the ledger", found["events"], ""),
        beside("writer and its database killed, to serving", found["writer_killed_s"], "s", peer, whole),
        beside("a standby takes over, to serving", found["standby_takes_over_s"], "s", peer, whole),
        beside("database killed as well, to serving", found["all_killed_s"], "s", peer, whole),
        alone("without any snapshot, every event replayed", whole, "s"),
    ]


def imports(found: Found) -> list[Figure]:
    peer = "COPY of the file into one table"
    return [
        alone("rows in the file", found["rows"], ""),
        at_least("rows imported, with their facts", found["rows_per_s"], "/s", 10_000),
        beside("rows imported, with their facts", found["rows_per_s"], "/s", peer, found["plain_per_s"]),
        alone("the same file again", found["again_per_s"], "/s"),
    ]


def knowledge(found: Found) -> list[Figure]:
    kinds = {name: value for name, value in found.items() if isinstance(value, dict) and "p50_ms" in value}
    ranks = found["rank_of_the_right_article"]
    return [
        alone("articles", found["articles"], ""),
        *(
            beside(f"search, {name}, p50", one["p50_ms"], "ms", "ILIKE on a trigram index", one["ilike_trgm_p50_ms"])
            for name, one in kinds.items()
        ),
        beside("questions whose right article is in the first three", _first(ranks, 3), "", "asked", len(ranks)),
    ]


def load(found: Found) -> list[Figure]:
    desks = f"{found['desks']:,} signed-in desks"
    out = [at_most(f"memory with {desks}, database included", found["memory_with_desks"]["all_mb"], "MB", 1_000)]
    if "memory_after" in found:
        out.append(alone("memory after the load", found["memory_after"]["all_mb"], "MB"))
    for run in found["runs"]:
        rate = f"{run['rate_per_s']:g} contacts/s, {desks}"
        out.append(beside(f"{rate}: came", run["reached_per_s"], "/s", "asked for", run["rate_per_s"]))
        out.append(all_of(f"{rate}: offered", run["offered"], "", run["contacts"]))
        for quantile in ("p50", "p99", "max"):
            if run[f"{quantile}_ms"] is not None:
                out.append(alone(f"{rate}: message to offer, {quantile}", run[f"{quantile}_ms"], "ms"))
        out.append(alone(f"{rate}: the server's cores", run["server_cpu"], "cores"))
    return out


def setup(found: Found) -> list[Figure]:
    first = found["first_run_s"]
    run, where = ("start", "without set-up") if found["here"] else ("`make run`", "fresh clone, empty package caches")
    return [
        alone(f"first {run}, {where}, to 200", first, "s"),
        beside(f"second {run}, to 200", found["second_run_s"], "s", "the first", first),
        alone("from Ctrl-C to the end of everything", found["stop_s"], "s"),
        at_most("processes left behind", found["left_behind"], "", 0),
        alone("memory of the idle server", found["server_mb"], "MB"),
        alone("memory of the idle database", found["database_mb"], "MB"),
        at_most("memory of the whole idle centre", found["idle_mb"], "MB", 500),
    ]


def histories(found: Found) -> list[Figure]:
    return [
        alone("random histories", found["histories"], ""),
        alone("random steps", found["steps"], ""),
        alone("commands given to the engine", found["commands"], ""),
        alone("checks of every invariant", found["checks"], ""),
        alone("property tests passed", found["tests"], ""),
        alone("took", found["seconds"], "s"),
    ]


def day(found: Found) -> list[Figure]:
    return [
        alone("contacts of the day", found["contacts"], ""),
        alone("facts", found["facts"], ""),
        alone("the day took", found["seconds"], "s"),
        alone("facts decided and applied", found["facts_per_s"], "/s"),
    ]


def _first(ranks: dict[str, int | None], limit: int) -> int:
    return sum(rank is not None and rank <= limit for rank in ranks.values())


def vault(found: Found) -> list[Figure]:
    plain = found["copy_mb_per_s"]
    return [
        beside(
            "a recording encrypted, on the disk", found["seal_mb_per_s"], "MB/s", "plain copy, on the disk", plain
        ),
        beside(
            "encrypted, read back and compared", found["intake_mb_per_s"], "MB/s", "plain copy, on the disk", plain
        ),
        beside("decrypted", found["open_mb_per_s"], "MB/s", "plain read", found["read_mb_per_s"]),
        beside("both sides as stereo", found["stereo_mb_per_s"], "MB/s", "plain read", found["read_mb_per_s"]),
        alone("a leap to any place, p50", found["seek_p50_ms"], "ms"),
        alone("hours of one call's three tracks taken in by one thread in a second", found["call_hours_per_s"], "h"),
        at_most("most memory taken", found["peak_mb"], "MB", 4),
    ]


def voice(found: Found) -> list[Figure]:
    """Of calls; none, and the reason in capitals, where there is no Asterisk."""
    if "skipped" in found:
        return [alone(f"SKIPPED, NOT MEASURED: {found['skipped']}", 0, "")]
    centre, peer = found["centre"], found["app_queue"]
    ours, theirs, killed = centre["at_once"], peer["at_once"], centre["killed"]
    calls = f"{ours['calls']:,} recorded calls at once"
    out = [
        at_most(f"{calls}: failed", ours["failed"], "", 0),
        all_of(f"{calls}: talking at the end of the measurement", ours["talking"], "", ours["calls"]),
        all_of(f"{calls}: in the books as handled", ours["books"]["outcomes"].get("handled", 0), "", ours["calls"]),
        all_of(f"{calls}: stored with both voices", ours["books"]["recordings"]["heard"], "", ours["calls"]),
        beside(f"{calls}: Asterisk", ours["cores"]["switch"], "cores", "app_queue", theirs["cores"]["switch"]),
        alone(f"{calls}: the centre", ours["cores"]["centre"], "cores"),
        alone(f"{calls}: its database", ours["cores"]["database"], "cores"),
        beside("a recorded call: all", 100 * sum(ours["core_share_per_call"].values()), "% of a core",
               "app_queue", 100 * theirs["core_share_per_call"]["switch"]),
        alone(f"{calls}: memory of centre, database and Asterisk", sum(ours["memory_mb"].values()), "MB"),
        all_of("the same through app_queue: stored", theirs["recordings"], "", theirs["calls"]),
    ]  # fmt: skip
    for run, other in zip(centre["rates"], peer["rates"], strict=True):
        rate = f"{run['rate_per_s']:g} calls/s"
        out.append(at_most(f"{rate}: failed", run["failed"], "", 0))
        for name in ("p50", "p99"):
            mine, its = run[f"ring_{name}_ms"], other[f"ring_{name}_ms"]
            if mine is not None and its is not None:
                out.append(beside(f"{rate}: answer to the agent's ring, {name}", mine, "ms", "app_queue", its))
        cost = 1000 * sum(run["cpu_s_per_call"].values())
        peers = 1000 * other["cpu_s_per_call"]["switch"]
        out.append(beside(f"{rate}: CPU of a whole call of 2 s", cost, "ms", "app_queue", peers))
        out.append(alone(f"{rate}: of it the centre", 1000 * run["cpu_s_per_call"]["centre"], "ms"))
    up = f"controller killed with {killed['calls']} calls up"
    if killed["reconciled_s"] is not None:
        out.append(alone(f"{up}: to all reconciled", killed["reconciled_s"], "s"))
        out.append(alone(f"{up}: of it the reconciling", killed["reconciling_ms"], "ms"))
    out += [
        all_of(f"{up}: reconciled", killed["reconciled"], "", killed["calls"]),
        at_most(f"{up}: calls that failed", killed["failed"], "", 0),
        at_most(f"{up}: missing in the books, or in them twice", _amiss(killed), "", 0),
        all_of(f"{up}: recordings stored", killed["books"]["recordings"]["stored"], "", killed["calls"]),
    ]
    return out


def history(found: Found) -> list[Figure]:
    out = []
    for one in found["reports"]:
        name = f"{one['segments'] / 1e6:.0f} M segments, {one['days']} days: {one['rows']:,} rows"
        mine, hand = one["ours_s"], one["by_hand_s"]
        out += [
            beside(name, mine, "s", "DuckDB by hand", hand),
            beside(name, mine, "s", "pandas", one["pandas_s"]),
            at_most(f"{name}: ours ÷ by hand", mine / hand, "×", 1.3),
        ]
    return [
        *out,
        alone("stored sums of a year", found["stored_rows"], "rows"),
        alone("stored sums of a year", found["stored_mb"], "MB"),
        alone("storing the sums of a day", found["storing_a_day_s"], "s"),
        at_most("a year from stored sums, by queue and month", found["year_1M_s"], "s", 1),
        at_most("a year from stored sums, by queue and day", found["year_1d_s"], "s", 1),
        alone(
            f"a year from stored sums, by queue and half-hour: {found['year_30m_rows']:,} rows",
            found["year_30m_s"],
            "s",
        ),
        alone("live figures: an event", found["live_us"], "µs"),
    ]


def _amiss(killed: Found) -> int:
    """How far the books of a run are from one handled contact for each call."""
    outcomes: dict[str, int] = killed["books"]["outcomes"]
    handled = outcomes.get("handled", 0)
    calls: int = killed["calls"]
    return abs(calls - handled) + sum(outcomes.values()) - handled


def sizing(found: Found) -> list[Figure]:
    out = []
    for name, of, c_ms, a_ms in (("mean", "15 Erlangs", 10, 100), ("twenty", "300 Erlangs", 30, 500)):
        one = found[name]
        every = f"{found['intervals']:,} intervals of {of} on the mean"
        out += [
            at_most(f"Erlang C, {every}", one["c_ms"], "ms", c_ms),
            beside("Erlang C, sized", one["c_per_s"], "/s", "pyworkforce", one["pyworkforce_c_per_s"]),
            beside("Erlang C, sized", one["c_per_s"], "/s", "plain Python", one["plain_c_per_s"]),
            at_most(f"Erlang A, {every}", one["a_ms"], "ms", a_ms),
            beside("Erlang A, sized", one["a_per_s"], "/s", "plain Python", one["plain_a_per_s"]),
            at_most(f"answers that differ from plain Python's, of {of}", one["plain_differ"], "", 0),
            alone(f"intervals of {of} in which pyworkforce asks for more", one["pyworkforce_more"], ""),
        ]
    return out


def simulation(found: Found) -> list[Figure]:
    mine, theirs = found["engine_per_s"], found["ciw_per_s"]
    out = [
        at_least("M/M/100+M: the live engine, contacts ÷ ciw's", mine / theirs, "×", 10),
        beside("M/M/100+M: the live engine, contacts", mine, "/s", "ciw", theirs),
        beside("M/M/100+M: the live engine, contacts", mine, "/s", "simpy", found["simpy_per_s"]),
        beside("… with its figures by the catalogue", found["engine_with_figures_per_s"], "/s", "ciw", theirs),
        at_least("M/M/100+M: the compiled path, events", found["compiled_events_per_s"], "/s", 8_000_000),
        beside("M/M/100+M: the compiled path, contacts", found["compiled_per_s"], "/s", "ciw", theirs),
        beside("… with its figures by the catalogue", found["compiled_with_figures_per_s"], "/s", "ciw", theirs),
    ]
    for name, one in found["agreement"].items():
        held = one["low"] <= one["closed"] <= one["high"]
        out.append(all_of(f"M/M/100+M: {name} within its interval of the closed form", int(held), "", 1))
    for row in found["skills"]:
        name = f"{row['skills']} skills a person: {row['figure']} (± {row['half']:.2g})"
        if "reference" in row:
            out.append(beside(name, row["mean"], "", "the reference", row["reference"]))
        else:
            out.append(alone(name, row["mean"], ""))
    agreed = [row["agrees"] for row in found["skills"] if "agrees" in row]
    if agreed:
        out.append(all_of("of the reference's figures, within the intervals", sum(agreed), "", len(agreed)))
    return out


def roster(found: Found) -> list[Figure]:
    out = []
    for one in found["instances"]:
        out.append(at_most(f"{one['name']}: to the proof", one["seconds"] if one["proved"] else 1e9, "s", 60))
        if one["best_known"] is not None:
            out.append(at_most(f"{one['name']}: cost", one["cost"], "", one["best_known"]))
    covering, placement, centre = found["covering"], found["placement"], found["centre"]
    out.append(at_most("covering, 7 × 96 × 20, with pauses, to the proof", _proved(covering, ""), "s", 1))
    out.append(beside("covering, with pauses", covering["seconds"], "s", "pyworkforce without", covering["peer_s"]))
    out.append(alone("covering with pauses and two skills, to the proof", _proved(covering, "skills_"), "s"))
    out.append(at_most(f"pauses of {placement['shifts']} shifts", placement["seconds"], "s", 1))
    what = f"{centre['people']} people, {centre['weeks']} weeks"
    return [
        *out,
        alone(f"{what}: time", centre["seconds"], "s"),
        alone(f"{what}: first plan that nobody alone betters", centre["first_s"], "s"),
        beside(f"{what}: cost", centre["cost"], "", "bound", centre["bound"]),
        alone(f"{what}: gap", centre["gap"], ""),
        alone(f"{what}: gap ÷ the cost of nobody working", centre["gap_of_nobody"], ""),
        alone(f"{what}: need covered", centre["cover"], ""),
        alone(f"{what}: agents beyond the need ÷ need", centre["over"], ""),
    ]


def _proved(found: Found, of: str) -> float:
    return float(found[f"{of}seconds" if not of else f"{of}s"]) if found[f"{of}proved"] else 1e9


BENCHES = (
    Bench(
        "roster",
        "Rosters",
        "Public instances (with `--data`, else one made here) until proved, two processes. A made centre with three "
        "skill groups, pauses, wishes and fairness. Covering and pauses beside pyworkforce, which covers without "
        "pauses. Times of walls.",
        roster,
        short=("--quick",),
        peers=("pyworkforce",),
        reads_data=True,
    ),
    Bench(
        "simulation",
        "Simulation",
        "M/M/100+M at 100 % load with patience, contacts per second of processor time in one run: the live engine on "
        "virtual time, the compiled path (draws included, compilation not), ciw, simpy. The skills example: 6 kinds "
        "of call, 90 people, 84 Erl, 120 lines; with `--data` beside the reference.",
        simulation,
        short=("--quick",),
        peers=("ciw", "simpy"),
        reads_data=True,
    ),
    Bench(
        "engine",
        "The pure engine",
        "Matches choose, reserve and put back the best free agent; a life cycle is arrive, offer, accept, end, "
        "wrap-up, ready through `Engine.handle`, without a database. Best of several rounds.",
        engine,
        short=("--rounds", "2"),
    ),
    Bench(
        "durable",
        "The writer with its database",
        "Life cycles whose four commands are each answered after their commit, against plain inserts of the same "
        "rows into a plain table of the same database, in turns. Medians.",
        durable,
        short=("--seconds", "0.5", "--rounds", "1"),
    ),
    Bench(
        "recovery",
        "Recovery",
        "A process that serves is killed with SIGKILL; measured until its successor has committed a command, with "
        "the longest tail after the last snapshot that a kill can leave.",
        recovery,
        arguments=("--events", "1000000"),
        short=("--events", "60000"),
    ),
    Bench(
        "load",
        "The whole centre under load",
        "Customers come by WebSocket and write; measured until the offer is on the agent's WebSocket. Server, "
        "database, all desks and all customers share the machine's cores.",
        load,
        arguments=("--desks", "1000", "--rates", "50,200", "--seconds", "20"),
        short=("--desks", "50", "--rates", "10", "--seconds", "4"),
    ),
    Bench(
        "setup",
        "Set-up and memory",
        "`make run` on a fresh clone with package caches, data and port of its own until `/healthz` answers 200. "
        "Memory is PSS, every database process included. The network's part of the first run is in it.",
        setup,
        short=("--here",),
    ),
    Bench(
        "histories",
        "Property tests",
        "Random set-ups and random commands of every kind in any order and time; the invariants are checked as the "
        "histories go, and histories are replayed, or dumped and loaded, and compared to the byte.",
        histories,
        arguments=("--seeded", "2000"),
        short=("--seeded", "20"),
    ),
    Bench(
        "day",
        "A day on virtual time",
        "A day of contacts through the live router with customers who lose patience; afterwards every contact is "
        "accounted for.",
        day,
        arguments=("--contacts", "100000"),
        short=("--contacts", "5000"),
    ),
    Bench(
        "imports",
        "Import of a history",
        "A file of contacts through reading, checking, the ledger with its digest chain, and all facts with their "
        "indexes; the same file again; the file by COPY into one table, nothing checked. In turns, medians.",
        imports,
        short=("--rows", "10000", "--rounds", "1"),
    ),
    Bench(
        "history",
        "Figures of the past",
        "Five figures (two service levels, ASA, AHT, abandon rate) by queue and half-hour over segments in Parquet, "
        "by the catalogue's definitions, by hand-written DuckDB SQL in turns with them, and by pandas; every row of "
        "the three must be equal. A year of eight figures is added up from stored sums by quarters of an hour.",
        history,
        arguments=("--rows", "10000000,50000000"),
        short=("--rows", "1000000", "--rounds", "1"),
    ),
    Bench(
        "sizing",
        "Sizing",
        "Agents for 80 % in 20 s in a hundred weeks of quarter-hours, and in as many of twenty times the load, "
        "arrays in and out on one core, best of several. The peers size a part of the same intervals in the same "
        "run; pyworkforce has no Erlang A.",
        sizing,
        short=("--intervals", "5000", "--rounds", "3", "--sample", "400"),
        peers=("pyworkforce",),
    ),
    Bench(
        "forecast",
        "Forecasts",
        "Ten open days ahead at rolling origins, each model knowing only what came before. MSTL and LightGBM are as "
        "one would set them up in an hour. The series "
        "are read from `--data`; those that are not there are left out.",
        forecast,
        short=("--quick",),
        peers=("lightgbm", "statsmodels"),
        reads_data=True,
    ),
    Bench(
        "knowledge",
        "Knowledge search",
        "Questions of each kind in articles of three languages. The peer, ILIKE on a trigram index over the same "
        "texts, finds only the exact phrase and does not rank.",
        knowledge,
        arguments=("--articles", "3000"),
        short=("--articles", "200"),
    ),
    Bench(
        "vault",
        "Recordings: the vault",
        "Two hours of a call (8 kHz, 16 bit) encrypted, read back, decrypted, interleaved and sought in, against "
        "plain copies of the same file, in turns. Medians.",
        vault,
        arguments=("--seconds", "7200", "--rounds", "5"),
        short=("--seconds", "600", "--rounds", "2"),
    ),
    Bench(
        "voice",
        "Telephone calls",
        "SIPp callers, who speak all the time, come by an IP line, wait in a queue and are handed to SIP telephones "
        "that echo; each call is recorded, mix and both sides. The peer is the app_queue of an Asterisk of the same "
        "installation with the same callers, telephones and recordings (MixMonitor). Callers and telephones share "
        "the cores with all of it.",
        voice,
        short=("--at-once", "10", "--rates", "1,5", "--seconds", "4", "--hold", "4", "--killed-with", "5"),
    ),
)
