"""The chat platforms where rooms are: one package each, found by walking this one.

A platform `<name>` brings `<name>/settings.py` with `Settings`, which imports no SDK and so serves
the configuration's schema and check, and `<name>/chat.py` with `open_chat`, which is imported only
where app.yaml names the platform.
"""

import importlib
import pkgutil
from typing import Any

from pydantic import BaseModel


def chats() -> dict[str, type[BaseModel]]:
    """Return the Settings model of every chat platform, by its name."""
    return {
        module.name: importlib.import_module(f"{__name__}.{module.name}.settings").Settings
        for module in pkgutil.iter_modules(__path__)
        if module.ispkg and not module.name.startswith("_")
    }


def opener(name: str) -> Any:
    """Return `open_chat` of the platform; this is what imports its SDK.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    return importlib.import_module(f"{__name__}.{name}.chat").open_chat
