"""Prints the OpenAPI 3.1 document of the whole application: `python -m jietong.web.openapi`."""

import json
import sys
from importlib import import_module


def document() -> str:
    """Indented JSON with sorted keys, so that a change of the interface is a readable difference."""
    # By name: the composition root lies downstream of this layer.
    app = import_module("jietong.app").description()
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
