"""Search attributes: what operators may look processes up by. They are stored in clear, so nothing about a person is in them."""

from temporalio.common import SearchAttributeKey

INSURER_CODE = SearchAttributeKey.for_keyword("InsurerCode")
