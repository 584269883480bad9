"""An OpenAPI document (3.0, 3.1) read: which operations it has, and what each takes. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from vivavoce.core import ConfigError
from vivavoce.experts.offered import tool_name
from vivavoce.experts.schema import plain_schema

MOST_BYTES = 5_000_000
MOST_OPERATIONS = 1000
MOST_ABOUT = 600
"""Characters."""
FORM = "application/x-www-form-urlencoded"
METHODS = ("get", "put", "post", "delete", "patch", "head")
OURS = ("accept", "authorization", "content-type")
"""Headers that are no parameters."""

Place = Literal["path", "query", "header", "cookie", "body", "form"]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where an argument goes."""

    name: str
    """There."""
    place: Place
    explode: bool = True
    """A list is given as the same name again and again; else with commas."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that an API does."""

    name: str
    theirs: str
    """operationId."""
    about: str
    method: str
    path: str
    schema: Mapping[str, Any]
    """Of the arguments: parameters and the body's properties side by side."""
    slots: Mapping[str, Slot]
    """By argument."""
    body: str = ""
    """Its media type; empty: there is none."""
    whole: str = ""
    """The argument that is the whole body; empty: the body's properties are arguments."""
    security: tuple[tuple[str, ...], ...] = ()
    """Alternatives: the schemes that each needs; an empty one needs none."""


class _Yaml(yaml.SafeLoader):
    """Dates stay texts."""


_Yaml.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def described(data: bytes, where: str) -> Mapping[str, Any]:
    """JSON or YAML. ConfigError: it is no OpenAPI 3 document."""
    try:
        read = yaml.load(data, _Yaml)  # JSON is YAML
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = str(error).splitlines()[-1].strip() if str(error) else type(error).__name__
        raise ConfigError(f"{where} is neither JSON nor YAML ({first}); mend it") from None
    if not isinstance(read, dict):
        raise ConfigError(f"{where} holds no object; give an OpenAPI document")
    version = str(read.get("openapi", ""))
    if not version.startswith("3."):
        said = f"Swagger {read['swagger']}" if "swagger" in read else f"openapi {version!r}"
        raise ConfigError(f"{where} is {said}; OpenAPI 3.0 or 3.1 is needed: convert it")
    if not isinstance(read.get("paths"), dict):
        raise ConfigError(f"{where} has no paths; give a whole OpenAPI document")
    return read


def server_of(document: Mapping[str, Any]) -> str:
    """The first server's address, its variables at their defaults; empty: there is none."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    if not isinstance(first, Mapping):
        return ""
    variables = first.get("variables") or {}

    def put(found: re.Match[str]) -> str:
        variable = variables.get(found[1]) if isinstance(variables, Mapping) else None
        return str(variable.get("default", "")) if isinstance(variable, Mapping) else ""

    return re.sub(r"\{([^{}]+)\}", put, str(first.get("url", "")))


def schemes(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The ways to prove who asks, by name."""
    found = resolve(document, document.get("components") or {}).get("securitySchemes") or {}
    return {str(name): resolve(document, scheme) for name, scheme in found.items()}


def operations(document: Mapping[str, Any], expert: str) -> tuple[list[Operation], dict[str, str]]:
    """What can be offered, and what not: operationId → why."""
    found: dict[str, Operation] = {}
    off: dict[str, str] = {}
    for theirs, method, path, shared, operation in _all(document):
        try:
            made = _operation(document, expert, theirs, method, path, shared, operation)
        except (ConfigError, RecursionError) as error:
            off[theirs] = str(error) or "its schema is too deep"
            continue
        if made.name in found or not made.name:
            off[theirs] = f"another one is called {made.name!r} already"
        elif len(found) >= MOST_OPERATIONS:
            off[theirs] = f"the document has more than {MOST_OPERATIONS:,} operations"
        else:
            found[made.name] = made
    return list(found.values()), off


def resolve(document: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    """A part, its reference followed. ConfigError: there is no such part."""
    for _ in range(16):
        if not isinstance(node, Mapping):
            raise ConfigError("a part of the document is no object")
        if "$ref" not in node:
            return node
        ref, node = str(node["$ref"]), document
        if not ref.startswith("#/"):
            raise ConfigError(f"it refers to {ref[:100]}, which is elsewhere")
        for part in ref[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, Mapping) or key not in node:
                raise ConfigError(f"it refers to {ref[:100]}, which there is not")
            node = node[key]
    raise ConfigError("its references go round in circles")


def _all(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, list[Any], dict[str, Any]]]:
    """operationId, method, path, the path's own parameters, the operation."""
    for path, item in document["paths"].items():
        if not isinstance(item, Mapping):
            continue
        shared = item.get("parameters")
        for method in METHODS:
            operation = item.get(method)
            if isinstance(operation, dict):
                theirs = str(operation.get("operationId") or f"{method}_{path}")
                yield (
                    theirs,
                    method,
                    str(path),
                    shared if isinstance(shared, list) else [],
                    operation,
                )


def _operation(
    document: Mapping[str, Any],
    expert: str,
    theirs: str,
    method: str,
    path: str,
    shared: list[Any],
    operation: Mapping[str, Any],
) -> Operation:
    own = operation.get("parameters")
    given = [resolve(document, p) for p in (*shared, *(own if isinstance(own, list) else ()))]
    parameters = {(str(p.get("in")), str(p.get("name"))): p for p in given}  # its own beat shared
    properties: dict[str, Any] = {}
    slots: dict[str, Slot] = {}
    required: list[str] = []
    for (place, name), parameter in parameters.items():
        if place == "header" and name.lower() in OURS:
            continue
        if place not in ("path", "query", "header", "cookie"):
            raise ConfigError(f"its parameter {name} is in {place!r}")
        argument = name if name not in properties else f"{place}_{name}"
        properties[argument] = _parameter(parameter)
        explode = bool(parameter.get("explode", place in ("query", "cookie")))
        slots[argument] = Slot(name, place, explode)  # type: ignore[arg-type]  # one of the four
        if parameter.get("required") or place == "path":
            required.append(argument)
    for name in re.findall(r"\{([^{}]+)\}", path):
        if ("path", name) not in parameters:
            raise ConfigError(f"its path has {{{name}}}, but no such parameter")
    schema: dict[str, Any] = {"type": "object", "properties": properties, "required": required}
    body, whole = _body(document, operation), ""
    if body is not None:
        place_: Place = "form" if body.media == FORM else "body"
        fields = body.schema.get("properties", {})
        if not fields or set(fields) & set(properties):
            whole = "body"
            if whole in properties:
                raise ConfigError("it has a parameter called body beside its body")
            properties[whole], slots[whole] = body.schema, Slot(whole, place_)
            required += [whole] if body.must else []
        else:
            properties |= fields
            slots |= {name: Slot(name, place_) for name in fields}
            required += body.schema.get("required", []) if body.must else []
    schema = plain_schema(schema, document)
    schema["additionalProperties"] = False
    about = " ".join(str(operation.get("summary") or operation.get("description") or "").split())
    return Operation(
        tool_name(theirs, expert),
        theirs,
        (about or f"{method.upper()} {path}")[:MOST_ABOUT],
        method,
        path,
        schema,
        slots,
        body.media if body else "",
        whole,
        _security(document, operation),
    )


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    schema = parameter.get("schema")
    content = parameter.get("content")
    if schema is None and isinstance(content, Mapping) and content:
        first = next(iter(content.values()))
        schema = first.get("schema") if isinstance(first, Mapping) else None
    made = dict(schema) if isinstance(schema, Mapping) else {"type": "string"}
    if about := parameter.get("description"):
        made = {**made, "description": str(about)[:MOST_ABOUT]}
    return made


@dataclass(frozen=True, slots=True)
class _Body:
    media: str
    schema: Mapping[str, Any]
    must: bool


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> _Body | None:
    """What the request's body is; None: there is none."""
    if "requestBody" not in operation:
        return None
    body = resolve(document, operation["requestBody"])
    content = body.get("content")
    if not isinstance(content, Mapping):
        raise ConfigError("its body says nothing of its content")
    kinds = {str(media).partition(";")[0].strip().lower(): told for media, told in content.items()}
    media = next((k for k in kinds if k.endswith("json") or k == FORM), None)
    if media is None:
        raise ConfigError(f"its body is {', '.join(kinds)}; JSON or a form is needed")
    told = kinds[media]
    schema = resolve(document, (told.get("schema") if isinstance(told, Mapping) else None) or {})
    must = bool(body.get("required"))
    if schema.get("type", "object") != "object":
        return _Body(media, {k: v for k, v in schema.items() if k != "properties"}, must)
    made = plain_schema(schema, document)
    fields = {n: s for n, s in made["properties"].items() if not s.get("readOnly")}
    asked = [name for name in made.get("required", []) if name in fields]
    return _Body(media, {**made, "properties": fields, "required": asked}, must)


def _security(
    document: Mapping[str, Any], operation: Mapping[str, Any]
) -> tuple[tuple[str, ...], ...]:
    asked = operation.get("security", document.get("security"))
    if not isinstance(asked, list):
        return ()
    return tuple(tuple(map(str, one)) for one in asked if isinstance(one, Mapping))
