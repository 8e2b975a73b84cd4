"""Which contacts lie on which desks, both ways, kept with every commit."""


class Holdings:
    """Contact ↔ agents: who has it, to whom it is offered, who is asked for help."""

    def __init__(self) -> None:
        self._agents: dict[str, tuple[str, ...]] = {}
        self._contacts: dict[str, set[str]] = {}

    def agents(self, contact: str) -> tuple[str, ...]:
        return self._agents.get(contact, ())

    def contacts(self, agent: str) -> list[str]:
        return sorted(self._contacts.get(agent, ()))

    def set(self, contact: str, agents: tuple[str, ...]) -> None:
        before = self._agents.get(contact, ())
        if before == agents:
            return
        for agent in before:
            held = self._contacts.get(agent)
            if held is not None:
                held.discard(contact)
                if not held:
                    del self._contacts[agent]
        if agents:
            self._agents[contact] = agents
            for agent in agents:
                self._contacts.setdefault(agent, set()).add(contact)
        else:
            self._agents.pop(contact, None)

    def clear(self) -> None:
        self._agents.clear()
        self._contacts.clear()
