"""The JSON Schema of app.yaml, for editors: made from the models that check it.

`config` checks more (whether names exist, whether shifts overlap); what this schema refuses,
`config` refuses too. A value of any kind may be a reference instead, and a secret must be one.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from chatops.config.settings import Models
from chatops.config.shape import AccountBlock, File

#: A node of a JSON Schema, of which pydantic too makes plain dicts.
Node = dict[str, Any]

_REFERENCE = r"\$\{(file:/[^{}]+|[A-Za-z_][A-Za-z0-9_]*)\}"
_DEFINED: Mapping[str, Node] = {
    "reference": {"type": "string", "pattern": _REFERENCE},
    "secret": {
        "type": "string",
        "pattern": rf"^[\s,]*({_REFERENCE}[\s,]*)+$",
        "examples": ["${NAME}", "${file:/run/secrets/name}"],
    },
}


def schema(chats: Models, channels: Models) -> Node:
    """Return the schema (draft 2020-12) of a file that may use these chats and channels."""
    root = File.model_json_schema()
    defined: Node = root.pop("$defs")
    properties: Node = root["properties"]
    properties["chats"] |= _closed({name: _own(name, chats[name], defined) for name in chats})
    properties["channels"] |= _closed(
        {name: _channel(name, channels[name], defined) for name in channels}
    )
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **root,
        "title": "app.yaml",
        "$defs": defined,
    }
    referable: Node = _referable(whole)
    referable["$defs"] |= _DEFINED
    return referable


def schema_text(chats: Models, channels: Models) -> str:
    """Return the schema as app.schema.json holds it."""
    return json.dumps(schema(chats, channels), ensure_ascii=False, indent=2) + "\n"


def _own(name: str, model: type[BaseModel], defined: Node) -> Node:
    """Return a model's schema, with its definitions put among `defined` under its name."""
    made = model.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
    for inner, node in made.pop("$defs", {}).items():
        defined[f"{name}.{inner}"] = node
    return made


def _channel(name: str, model: type[BaseModel], defined: Node) -> Node:
    # Which keys are missing shows only once shared and own are put together: `config` does.
    keys: Node = {
        **_own(name, AccountBlock, defined)["properties"],
        **_own(name, model, defined)["properties"],
    }
    account = {**_closed(keys), "type": ["object", "null"]}
    accounts = {"type": "object", "additionalProperties": account, "minProperties": 1}
    return {**_closed({**keys, "accounts": accounts}), "required": ["accounts"]}


def _closed(properties: Node) -> Node:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _referable(node: Any) -> Any:
    """Let every value be a reference, and make every secret one. Keys stay as they are."""
    if isinstance(node, list):
        return [_referable(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    about = {key: node[key] for key in ("title", "description", "default") if key in node}
    held = {key: value for key, value in node.items() if key not in about}
    if held.get("format") == "password":
        return {**about, "$ref": "#/$defs/secret"}
    # Plain text holds a reference already; what is held to a form does not.
    if held.get("type") in ("integer", "number", "boolean") or (
        held.get("type") == "string" and len(held) > 1
    ):
        return {**about, "anyOf": [held, {"$ref": "#/$defs/reference"}]}
    return {
        key: inner if key == "propertyNames" else _referable(inner) for key, inner in node.items()
    }
