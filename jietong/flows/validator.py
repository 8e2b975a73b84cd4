"""Whether a flow is fit to serve customers: every fault at its node, with a stable code. Pure.

`check` looks at the whole and at the graph; `nodes` at what stands in each node.
"""

import re
from collections import Counter

from jietong.flows import graph, nodes
from jietong.flows import model as m
from jietong.flows.faults import Fault
from jietong.flows.interpreter import skipped_in_chat
from jietong.flows.surroundings import Surroundings

MOST_NODES = 500
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


def check(flow: m.Flow, around: Surroundings | None = None) -> list[Fault]:
    """All faults, in the order of the nodes; errors before warnings within a node. Empty: it may be published."""
    around = around or Surroundings()
    faults = _whole(flow)
    if len(flow.nodes) > MOST_NODES:
        return faults
    faults += _shape(flow) + _ways(flow) + _variables(flow)
    for node in flow.nodes:
        faults += nodes.check(flow, node, around)
    order = {node.id: i for i, node in enumerate(flow.nodes)}
    return sorted(faults, key=lambda one: (-1 if one.node is None else order.get(one.node, 0), one.level != "error"))


def errors(faults: list[Fault]) -> list[Fault]:
    return [fault for fault in faults if fault.level == "error"]


def _whole(flow: m.Flow) -> list[Fault]:
    faults = [
        Fault(None, f"name.{language}", "name_missing", "error", {"language": nodes.LANGUAGE_WORDS[language]})
        for language in m.LANGUAGES
        if not flow.name.get(language, "").strip()
    ]
    if not flow.languages:
        faults.append(Fault(None, "languages", "no_languages", "error"))
    if len(flow.nodes) > MOST_NODES:
        params: dict[str, str | int] = {"max": MOST_NODES, "count": len(flow.nodes)}
        faults.append(Fault(None, "nodes", "too_many_nodes", "error", params))
    start = flow.node(flow.start)
    if start is None or isinstance(start, m.Note):
        faults.append(Fault(None, "start", "no_start", "error"))
    for id, count in Counter(node.id for node in flow.nodes).items():
        if count > 1:
            faults.append(Fault(id, "id", "duplicate_id", "error", {"id": id}))
        if not _ID.fullmatch(id):
            faults.append(Fault(id, "id", "bad_id", "error"))
    return faults


def _shape(flow: m.Flow) -> list[Fault]:
    """Every exit leads to a node."""
    there = {node.id: node for node in flow.nodes}
    faults: list[Fault] = []
    for node in flow.nodes:
        exits = m.exits(node)
        for exit in dict.fromkeys(exits):
            target = node.next.get(exit)
            field = f"next.{exit}"
            if not target:
                faults.append(Fault(node.id, field, "dead_end", "error", {"exit": exit}))
            elif target not in there:
                params: dict[str, str | int] = {"exit": exit, "target": target}
                faults.append(Fault(node.id, field, "unknown_target", "error", params))
            elif isinstance(there[target], m.Note):
                faults.append(Fault(node.id, field, "target_is_note", "error", {"exit": exit}))
        for exit in node.next:
            if exit not in exits:
                faults.append(Fault(node.id, f"next.{exit}", "unknown_exit", "warning", {"exit": exit}))
    return faults


def _ways(flow: m.Flow) -> list[Fault]:
    along = graph.edges(flow)
    found = graph.reachable([flow.start], along)
    ends = [node.id for node in flow.nodes if isinstance(node, m.HangUp)]
    ending = graph.leading_to(ends, along)
    around = graph.circles(flow)
    # A menu's exits are called otherwise, so the name alone tells: the talk is over, the call-back is arranged.
    over = {edge.target for edge in along if edge.exit in ("ended", "accepted") and edge.source in found}
    after = graph.reachable(over, along)
    before = graph.reachable([flow.start], [e for e in along if e.exit != "ended"])
    faults: list[Fault] = []
    for node in flow.nodes:
        if isinstance(node, m.Note):
            continue
        if node.id not in found:
            faults.append(Fault(node.id, "", "unreachable", "warning"))
        if node.id in around:
            faults.append(Fault(node.id, "next", "endless", "error"))
        elif node.id not in ending:
            faults.append(Fault(node.id, "next", "no_way_out", "error"))
        if node.id in after and isinstance(node, m.Queue | m.Callback | m.Voicemail | m.Transfer):
            faults.append(Fault(node.id, "", "after_talk", "error"))
        if isinstance(node, m.Survey) and node.id in before:
            faults.append(Fault(node.id, "", "survey_before_talk", "warning"))
        skip = skipped_in_chat(node) if "chat" in flow.channels else None
        if skip is not None:
            faults.append(Fault(node.id, "", "skipped_in_chat", "warning", {"exit": skip}))
    return faults


def _variables(flow: m.Flow) -> list[Fault]:
    """What is used has been set; secret digits go where they may."""
    known = graph.variables(flow)
    secret = {node.variable for node in flow.nodes if isinstance(node, m.Digits) and node.secret}
    faults: list[Fault] = []
    for node in flow.nodes:
        here = known.get(node.id)
        if here is None:
            continue
        for field, name, safe in dict.fromkeys(nodes.uses(node)):
            params: dict[str, str | int] = {"variable": name}
            if name in secret and not safe:
                faults.append(Fault(node.id, field, "secret_used", "error", params))
            if name not in here.perhaps:
                faults.append(Fault(node.id, field, "unset_variable", "error", params))
            elif name not in here.always:
                faults.append(Fault(node.id, field, "perhaps_unset", "warning", params))
    return faults
