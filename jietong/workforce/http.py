"""What all planning routes have in common: a parameter that a route does not know is refused, not passed over."""

from typing import Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from jietong.core.errors import Invalid
from jietong.identity.http import Public


def known_parameters(connection: HTTPConnection) -> None:
    """Whoever asks for `group=` where there is none would take the whole for the part. What is open to everybody
    takes any: calendar programs add their own. Raises Invalid `unknown_parameter`."""
    dependant = getattr(connection.scope.get("route"), "dependant", None)
    if dependant is None or any(isinstance(one.call, Public) for one in dependant.dependencies):
        return
    known = _names(dependant)
    unknown = sorted(set(connection.query_params) - known)
    if unknown:
        said = f"This takes {', '.join(sorted(known))}." if known else "This takes none."
        raise Invalid("unknown_parameter", f"There is no parameter {unknown[0]!r}. {said}", parameter=unknown[0])


def _names(dependant: Any) -> set[str]:
    names = {one.alias for one in dependant.query_params}
    return names.union(*(_names(one) for one in dependant.dependencies))


KNOWN = (Depends(known_parameters),)
