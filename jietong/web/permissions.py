"""The table of routes and roles: `python -m jietong.web.permissions` writes docs/reference/permissions.md.

Made from the real application's routes, so that it cannot say anything but what is enforced; a test fails when the
file is out of step.
"""

import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from jietong.identity.permissions import ROLES, Permission, Role
from jietong.web.walk import Guarded, walk

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "permissions.md"

_HEAD = """# Routes and roles

Written by `python -m jietong.web.permissions` from the application's own routes; do not edit. A route asks for one
permission (or lets everyone who is signed in, or everyone at all, and then says why). A role is a set of permissions;
an account may have several roles. Client scope comes on top: whoever is scoped to clients sees only their rows, by
row-level security in the database.
"""


def page(routes: Iterable[Guarded]) -> str:
    """The whole document."""
    routes = list(routes)
    roles = list(Role)
    lines = [_HEAD, "## Roles", "", _row(["Permission", *map(str, roles)]), _rule(1 + len(roles))]
    for permission in Permission:
        lines.append(_row([f"`{permission}`", *("●" if permission in ROLES[role] else "" for role in roles)]))
    lines += ["", "## Routes", "", _row(["Route", "Needs", *map(str, roles)]), _rule(2 + len(roles))]
    for route in routes:
        if route.allowed is not None:
            marks = ["●" if route.open_to(role) else "" for role in roles]
            lines.append(_row([f"{route.method} `{route.path}`", _needs(route), *marks]))
    lines += ["", "## Open to everyone", "", _row(["Route", "Why"]), _rule(2)]
    for route in routes:
        if route.reason is not None:
            lines.append(_row([f"{route.method} `{route.path}`", route.reason]))
    return "\n".join(lines) + "\n"


def main() -> int:
    """Writes the page from `jietong.app.description()`, the application without its services."""
    # By name: the composition root lies downstream of this layer.
    app = import_module("jietong.app").description()
    text = page(walk(app))
    changed = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE}: {'written' if changed else 'unchanged'}")
    return 0


def _needs(route: Guarded) -> str:
    return " or ".join(f"`{permission}`" for permission in route.allowed or ()) or "signed in"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rule(columns: int) -> str:
    return _row(["---"] * columns)


if __name__ == "__main__":
    sys.exit(main())
