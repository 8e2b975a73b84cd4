"""`jietong staff add|password|list` and `jietong audit verify`: for the first administrator, and for a locked door."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from rich.console import Console

from jietong.db.pool import Database

T = TypeVar("T")
Connect = Callable[[Callable[[Database], Awaitable[T]]], Awaitable[T]]

staff = typer.Typer(help="Accounts of staff.", no_args_is_help=True)
audit = typer.Typer(help="The audit log.", no_args_is_help=True)
out = Console()
err = Console(stderr=True)
