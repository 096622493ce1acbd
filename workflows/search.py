"""Search attributes: what operators may look processes up by. They are stored in clear, so nothing about a person is in them."""

from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey

INSURER_CODE = SearchAttributeKey.for_keyword("InsurerCode")


async def add_search_attribute(client: Client, key: SearchAttributeKey[Any]) -> None:
    """To the client's namespace, on a server that nobody told of it when it was set up (deploy/temporal-namespace.sh)."""
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=client.namespace,
            search_attributes={key.name: IndexedValueType.ValueType(key.indexed_value_type)},
        )
    )
