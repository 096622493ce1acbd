"""Reading product data from disk: strict YAML, documents with a head, and problems named by file, field and reason."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field of one file; `field` is empty when it is the file as a whole."""

    file: str
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}：{self.field + '：' if self.field else ''}{self.reason}"


class ProductDataInvalid(Exception):
    """Product data that can't be used; `problems` names all of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key may not stand twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"“{key.value}”写了两次", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(file: Path, model: type[Model]) -> Model:
    """The file as a value of `model`. Raises `ProductDataInvalid`."""
    return validate(file.name, parse_yaml(file.name, read_text(file)), model)


def read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProductDataInvalid([Problem(file.name, "", f"读不出来（{type(error).__name__}）")]) from error


def parse_yaml(name: str, text: str) -> Any:
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f"第{error.problem_mark.line + 1}行：" if error.problem_mark else ""
        raise ProductDataInvalid([Problem(name, "", f"{line}{error.problem}")]) from error
    except yaml.YAMLError as error:
        raise ProductDataInvalid([Problem(name, "", f"不是 YAML（{type(error).__name__}）")]) from error


def validate(name: str, raw: Any, model: type[Model]) -> Model:
    if not isinstance(raw, dict):
        raise ProductDataInvalid([Problem(name, "", "应为“名称: 值”的列表")])
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems = [Problem(name, _path(raw, e["loc"]), _reason(e)) for e in error.errors(include_url=False)]
        raise ProductDataInvalid(problems) from error


def _path(raw: Any, loc: Sequence[int | str]) -> str:
    """`coverages.dental.limit.yuan`: entries with an id are named by it, others by their place."""
    names: list[str] = []
    for step in loc:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            raw = None
        named = isinstance(step, int) and isinstance(raw, dict) and isinstance(raw.get("id"), str)
        names.append(raw["id"] if named else str(step))
    return ".".join(names)


_REASONS = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识的项，请检查拼写",
    "literal_error": "只能是 {expected}",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "string_type": "应为文字（日期和数字请加引号）",
    "string_too_short": "不能为空",
    "string_too_long": "太长",
    "tuple_type": "应为列表",
    "too_short": "不能为空",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "date_from_datetime_parsing": "应为日期，如 2024-10-31",
    "date_type": "应为日期，如 2024-10-31",
    "model_type": "应为“名称: 值”的列表",
    "value_error": "{error}",
}


def _reason(error: Any) -> str:
    template: str = _REASONS.get(error["type"], error["msg"])
    return template.format(**error.get("ctx", {})).replace(" or ", ", ")
