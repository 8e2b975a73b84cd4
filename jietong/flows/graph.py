"""A flow's graph: what can be reached, what runs in circles, what is known where. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from jietong.flows import model as m


class Edge(NamedTuple):
    source: str
    exit: str
    target: str


def edges(flow: m.Flow) -> list[Edge]:
    """Those that lead from a real exit to a real node."""
    there = {node.id for node in flow.nodes if not isinstance(node, m.Note)}
    return [
        Edge(node.id, exit, target)
        for node in flow.nodes
        for exit in m.exits(node)
        if (target := node.next.get(exit)) in there and target is not None
    ]


def reachable(starts: Iterable[str], along: Iterable[Edge]) -> set[str]:
    """All that can be come to from any of the starts, those included."""
    following = _following(along)
    found: set[str] = set()
    todo = list(starts)
    while todo:
        here = todo.pop()
        if here not in found:
            found.add(here)
            todo += [edge.target for edge in following.get(here, ())]
    return found


def leading_to(ends: Iterable[str], along: Iterable[Edge]) -> set[str]:
    """All from which one of the ends can be come to, those included."""
    return reachable(ends, [Edge(edge.target, edge.exit, edge.source) for edge in along])


def instant(node: m.AnyNode, exit: str) -> bool:
    """Whether the exit may be taken without the customer having been asked anything, or having waited."""
    match node:
        case m.ChooseLanguage() | m.Menu() | m.HangUp() | m.Note():
            return False
        case m.Digits():
            return node.secret and exit == "none"  # in a chat
        case m.Queue():
            return exit in ("closed", "full")
        case m.Callback():
            return exit == "declined"
        case m.Voicemail() | m.Survey():
            return exit == "none"
        case m.Transfer():
            return exit == "failed"
        case _:
            return True


def circles(flow: m.Flow) -> set[str]:
    """Nodes of loops that can be run through in no time."""
    nodes = {node.id: node for node in flow.nodes}
    quick = [edge for edge in edges(flow) if instant(nodes[edge.source], edge.exit)]
    following = _following(quick)
    found: set[str] = set()
    # Tarjan's strongly connected components, without recursion: a flow may be a chain of hundreds.
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in list(following):
        if root in index:
            continue
        work: list[tuple[str, int]] = [(root, 0)]
        while work:
            here, at = work.pop()
            if at == 0:
                index[here] = low[here] = len(index)
                stack.append(here)
                on_stack.add(here)
            targets = [edge.target for edge in following.get(here, ())]
            descended = False
            for i in range(at, len(targets)):
                target = targets[i]
                if target not in index:
                    work.append((here, i + 1))
                    work.append((target, 0))
                    descended = True
                    break
                if target in on_stack:
                    low[here] = min(low[here], index[target])
            if descended:
                continue
            if low[here] == index[here]:
                component = _popped(stack, on_stack, here)
                if len(component) > 1 or here in targets:
                    found.update(component)
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[here])
    return found


def _popped(stack: list[str], on_stack: set[str], until: str) -> list[str]:
    component = []
    while True:
        one = stack.pop()
        on_stack.discard(one)
        component.append(one)
        if one == until:
            return component


def sets(node: m.AnyNode, exit: str) -> frozenset[str]:
    """Variables that are set when the node is left by this exit."""
    match node:
        case m.Digits() if exit == "done":
            return frozenset({node.variable})
        case m.SetVariable() if exit == "done":
            return frozenset({node.variable})
        case m.Request() if exit == "ok":
            return frozenset(saved.variable for saved in node.save)
        case _:
            return frozenset()


class Known(NamedTuple):
    """Variables at the entrance of a node."""

    always: frozenset[str]  # set on every way that leads here
    perhaps: frozenset[str]  # on some


def variables(flow: m.Flow) -> dict[str, Known]:
    """By node, for all that can be reached."""
    nodes = {node.id: node for node in flow.nodes}
    along = edges(flow)
    everything = frozenset(name for node in flow.nodes for exit in m.exits(node) for name in sets(node, exit))
    found = reachable([flow.start], along)
    perhaps = _spread(flow, along, nodes, found, frozenset(), lambda one, other: one | other)
    always = _spread(flow, along, nodes, found, everything, lambda one, other: one & other)
    return {id: Known(always[id], perhaps[id]) for id in found}


def _spread(
    flow: m.Flow,
    along: Iterable[Edge],
    nodes: Mapping[str, m.AnyNode],
    found: set[str],
    begin: frozenset[str],
    join: Callable[[frozenset[str], frozenset[str]], frozenset[str]],
) -> dict[str, frozenset[str]]:
    at = dict.fromkeys(found, begin)
    at[flow.start] = frozenset()
    following = _following(along)
    todo = [flow.start, *found]
    while todo:
        here = todo.pop()
        for edge in following.get(here, ()):
            if edge.target == flow.start and begin:
                continue  # nothing is set when it begins
            new = join(at[edge.target], at[here] | sets(nodes[here], edge.exit))
            if new != at[edge.target]:
                at[edge.target] = new
                todo.append(edge.target)
    return at


def _following(along: Iterable[Edge]) -> dict[str, list[Edge]]:
    out: dict[str, list[Edge]] = {}
    for edge in along:
        out.setdefault(edge.source, []).append(edge)
    return out
