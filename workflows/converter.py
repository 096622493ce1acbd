"""How what goes through Temporal becomes JSON: pydantic's converter, with type adapters made once for each process.

The SDK makes a converter for every run of a workflow, and pydantic's would build the adapters of all our types anew each time."""

import dataclasses
from functools import lru_cache

from pydantic import TypeAdapter
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    PayloadCodec,
)

_adapter_of = lru_cache(maxsize=None)(TypeAdapter)


class _SharedJsonConverter(PydanticJSONPlainPayloadConverter):
    def __init__(self) -> None:
        super().__init__()
        self._type_adapter = _adapter_of


class SharedPydanticConverter(CompositePayloadConverter):
    def __init__(self) -> None:
        json = _SharedJsonConverter()
        kinds = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(json if isinstance(kind, JSONPlainPayloadConverter) else kind for kind in kinds))


def data_converter(codec: PayloadCodec) -> DataConverter:
    """JSON by pydantic, encrypted by `codec`."""
    return dataclasses.replace(
        DataConverter.default, payload_converter_class=SharedPydanticConverter, payload_codec=codec
    )
