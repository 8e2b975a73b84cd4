"""All routes of an application with what guards them: for the OpenAPI document, the docs and the tests."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts

from jietong.identity.http import Allow, Public
from jietong.identity.permissions import ROLES, Permission, Role


@dataclass(frozen=True, slots=True)
class Guarded:
    """One method of one route. Neither `allowed` nor `reason`: nobody thought about it, and a test fails."""

    method: str  # GET … or WS
    path: str
    name: str
    allowed: tuple[Permission, ...] | None  # one of these is needed; empty: being signed in is enough
    reason: str | None  # why it is public
    documented: bool

    @property
    def declared(self) -> bool:
        return self.allowed is not None or self.reason is not None

    def open_to(self, role: Role) -> bool:
        if self.allowed is None:
            return self.reason is not None
        return not self.allowed or not ROLES[role].isdisjoint(self.allowed)


def walk(app: FastAPI) -> list[Guarded]:
    """Every route, by path and method; routes that are no FastAPI routes come out as undeclared."""
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        methods: set[str] = {"WS"} if isinstance(route, APIWebSocketRoute) else set(context.methods or {"ANY"})
        guards: list[Allow | Public] = []
        if isinstance(route, (APIRoute, APIWebSocketRoute)):
            guards = list(_guards(context.dependant))
        allowed = [guard for guard in guards if isinstance(guard, Allow)]
        reasons = [guard.reason for guard in guards if isinstance(guard, Public)]
        # Several Allow (router and route) all bind; the one with the fewest permissions is shown.
        strictest = min(allowed, key=lambda guard: len(guard.any_of) or len(Permission), default=None)
        for method in sorted(methods - {"HEAD"}):
            found.append(
                Guarded(
                    method=method,
                    path=context.path or "",
                    name=context.name or "",
                    allowed=None if strictest is None else strictest.any_of,
                    reason=reasons[0] if reasons and strictest is None else None,
                    documented=bool(getattr(route, "include_in_schema", False)),
                )
            )
    return sorted(found, key=lambda guarded: (guarded.path, guarded.method))


def _guards(dependant: Dependant) -> Iterator[Allow | Public]:
    if isinstance(dependant.call, (Allow, Public)):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _guards(inner)
