"""Objects by id as they were last shown, what has changed since, and their JSON made once for all sockets."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

_encoder = msgspec.json.Encoder()


class Change(NamedTuple):
    """One object of one collection; view None: it is gone."""

    collection: str
    id: str
    view: Any


class Shown:
    """One collection. `put` and `drop` tell whether anything changed; the JSON is made when first asked for."""

    __slots__ = ("_json", "name", "views")

    def __init__(self, name: str) -> None:
        self.name = name
        self.views: dict[str, Any] = {}
        self._json: dict[str, str] = {}

    def put(self, id: str, view: Any) -> bool:
        if self.views.get(id) == view:
            return False
        self.views[id] = view
        self._json.pop(id, None)
        return True

    def drop(self, id: str) -> bool:
        self._json.pop(id, None)
        return self.views.pop(id, None) is not None

    def json(self, id: str) -> str:
        """`"id":{…}`, as it stands in a frame. Raises KeyError for what is not shown."""
        text = self._json.get(id)
        if text is None:
            text = self._json[id] = f"{encode(id)}:{encode(self.views[id])}"
        return text


def encode(value: Any) -> str:
    return _encoder.encode(value).decode()


def snapshot(seq: int, now: int, collections: Mapping[str, Iterable[str]]) -> str:
    """`collections`: name → members as `Shown.json` gives them."""
    state = ",".join(f"{encode(name)}:{{{','.join(members)}}}" for name, members in collections.items())
    return f'{{"t":"snapshot","seq":{seq},"now":{now},"state":{{{state}}}}}'


def delta(seq: int, now: int, put: Mapping[str, Iterable[str]], dropped: Mapping[str, Iterable[str]]) -> str:
    """`put`: name → members as `Shown.json` gives them; `dropped`: name → ids."""
    sets = ",".join(f"{encode(name)}:{{{','.join(members)}}}" for name, members in put.items())
    return f'{{"t":"delta","seq":{seq},"now":{now},"set":{{{sets}}},"del":{encode(dropped)}}}'


class Feed:
    """A floor or a wall as one group of people may see it: a part of the shown objects, and its sockets."""

    def __init__(self, names: Iterable[str]) -> None:
        self.collections = {name: Shown(name) for name in names}
        self.sockets: set[Any] = set()
        self._put: dict[str, dict[str, None]] = {}
        self._dropped: dict[str, dict[str, None]] = {}

    def put(self, collection: str, id: str, view: Any) -> None:
        if self.collections[collection].put(id, view):
            self._put.setdefault(collection, {})[id] = None
            self._dropped.get(collection, {}).pop(id, None)

    def drop(self, collection: str, id: str) -> None:
        if self.collections[collection].drop(id):
            self._put.get(collection, {}).pop(id, None)
            self._dropped.setdefault(collection, {})[id] = None

    def replace(self, collection: str, views: Mapping[str, Any]) -> None:
        """The collection is exactly this."""
        for id in [id for id in self.collections[collection].views if id not in views]:
            self.drop(collection, id)
        for id, view in views.items():
            self.put(collection, id, view)

    def take_delta(self, now: int, next_seq: Callable[[], int]) -> str | None:
        """The frame with all changes since the last one; None when there are none."""
        put = {name: [self.collections[name].json(id) for id in ids] for name, ids in self._put.items() if ids}
        dropped = {name: list(ids) for name, ids in self._dropped.items() if ids}
        self._put.clear()
        self._dropped.clear()
        return delta(next_seq(), now, put, dropped) if put or dropped else None

    def snapshot(self, now: int, seq: int) -> str:
        """All that is shown. Changes that no delta has told yet are in it too; telling them again is harmless."""
        return snapshot(
            seq, now, {name: [shown.json(id) for id in shown.views] for name, shown in self.collections.items()}
        )
