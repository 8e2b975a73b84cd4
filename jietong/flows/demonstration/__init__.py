"""The demonstration centre's flows, as the files beside this one have them."""

from importlib.resources import files

from jietong.flows import model

NAMES = ("service-line", "chat-welcome")


def flows() -> list[model.Flow]:
    folder = files("jietong.flows.demonstration")
    return [model.decode(folder.joinpath(f"{name}.json").read_bytes()) for name in NAMES]
