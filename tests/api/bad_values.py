"""Values that no field of a described body may take, and where in the body they stand."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
Path = tuple[str | int, ...]

UNUSABLE_TEXTS = ("a\x00b", "a\ud800b", "a\x07b", "a\x7fb", "a\x85b", "\udfff")
NOT_TEXT = (1, 1.5, True, [], {}, ["a"])
NOT_DAYS = ("", "x", "2025-02-30", "2025-13-01", "0000-01-01", "9999-12-31", "1899-12-31", "2025-1-1", "20250101",
            "2025-01-01T00:00:00Z", "２０２５-０１-０１", "2025-01-01\n", 0, 20250101, 1.5, True, [], {})  # fmt: skip
NOT_INSTANTS = ("", "x", "2025-02-30T10:00:00+08:00", "2025-01-01", "2025-01-01T10:00:00", "2025-01-01T25:00:00Z",
                "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2025-01-01T10:00:00+99:00",
                0, 1735689600, 1.5, True, [], {})  # fmt: skip
NOT_NUMBERS = (-1, 0.5, "1", "x", True, False, [], {}, 2**63, 10**30, -(10**30), float("nan"), float("inf"), 1e300)
NOT_FLAGS = ("true", "yes", "", 0, 1, 2.0, [], {})


@dataclass(frozen=True)
class Bad:
    """`body` with one thing wrong at `field` (dotted, as the answer names it)."""

    field: str
    what: str
    body: Any


def bad_bodies(schema: Schema, body: dict[str, Any], components: Schema) -> Iterator[Bad]:
    for path, what, value in _bad(schema, body, components, ()):
        yield Bad(".".join(map(str, path)), what, _with(body, path, value))


MISSING = object()


def _with(body: Any, path: Path, value: Any) -> Any:
    changed = copy.deepcopy(body)
    at = changed
    for step in path[:-1]:
        at = at[step]
    if value is MISSING:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return changed


def resolved(schema: Schema, components: Schema) -> Schema:
    while "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    return schema


def choices(schema: Schema, components: Schema) -> list[Schema]:
    schema = resolved(schema, components)
    return [resolved(choice, components) for choice in schema.get("anyOf", [schema])]


def _bad(schema: Schema, value: Any, components: Schema, path: Path) -> Iterator[tuple[Path, str, Any]]:
    kinds = choices(schema, components)
    taken = [kind for kind in kinds if kind.get("type") != "null"]
    if path and len(taken) == len(kinds):
        yield path, "null", None
    if len(taken) > 1:
        yield from ((path, f"{bad!r}", bad) for bad in ([], {}, True, "a\x00b"))
        return
    (kind,) = taken
    match kind.get("type"):
        case "object":
            yield from _bad_object(kind, value, components, path)
        case "array":
            yield from _bad_array(kind, value, components, path)
        case "string":
            yield from ((path, repr(bad)[:60], bad) for bad in _bad_texts(kind))
        case "integer":
            yield from ((path, repr(bad)[:60], bad) for bad in NOT_NUMBERS)
        case "boolean":
            yield from ((path, repr(bad)[:60], bad) for bad in NOT_FLAGS)
        case other:
            raise AssertionError(f"{path}: a kind of field that is not tried yet: {other}")


def _bad_object(kind: Schema, value: Any, components: Schema, path: Path) -> Iterator[tuple[Path, str, Any]]:
    if path:
        yield from ((path, f"{bad!r}", bad) for bad in ("x", 1, [], True))
    if "properties" in kind:
        for name, schema in kind["properties"].items():
            if name in kind.get("required", ()):
                yield (*path, name), "missing", MISSING
            if name in value and value[name] is not None:
                yield from _bad(schema, value[name], components, (*path, name))
    elif isinstance(kind.get("additionalProperties"), dict):
        for name, inner in value.items():
            if inner is not None:
                yield from _bad(kind["additionalProperties"], inner, components, (*path, name))
        if "maxProperties" in kind:
            some = next(iter(value.values()))
            yield path, "too many", {f"x{n}": some for n in range(kind["maxProperties"] + 1)}
        if kind.get("minProperties"):
            yield path, "none", {}


def _bad_array(kind: Schema, value: Any, components: Schema, path: Path) -> Iterator[tuple[Path, str, Any]]:
    yield from ((path, f"{bad!r}", bad) for bad in ("x", 1, {}, True))
    assert "maxItems" in kind, f"{path}: a list without an end"
    yield path, "too many", [value[0]] * (kind["maxItems"] + 1)
    if kind.get("minItems"):
        yield path, "none", []
    yield from _bad(kind["items"], value[0], components, (*path, 0))


def _bad_texts(kind: Schema) -> Iterator[Any]:
    if kind.get("format") == "date":
        yield from NOT_DAYS
        return
    if kind.get("format") == "date-time":
        yield from NOT_INSTANTS
        return
    yield from NOT_TEXT
    yield from UNUSABLE_TEXTS
    if "enum" in kind or "const" in kind:
        yield from ("", "nonsense", "字" * 10_000)
        return
    assert "maxLength" in kind or "pattern" in kind, f"a text without an end: {kind}"
    yield "字" * (kind.get("maxLength", 10_000) + 1)
    if kind.get("minLength") or "pattern" in kind:
        yield from ("", " \n ")
