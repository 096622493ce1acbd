"""Adapter errors become Temporal's, in one place. What a failure says is a code; personal data never gets into a history's
failure texts or a log."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from temporalio.exceptions import ApplicationError, CancelledError, FailureError, TimeoutError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from insurance.adapters.ports import Refused, Unavailable


class FailureInterceptor(Interceptor):
    """`Refused` is final, with its code as the failure's type; everything else is tried again."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Failures(next)


class _Failures(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        return await translated(self.next.execute_activity, input)


async def translated(step: Callable[[ExecuteActivityInput], Awaitable[Any]], input: ExecuteActivityInput) -> Any:
    try:
        return await step(input)
    except (FailureError, CancelledError):
        raise
    except Refused as refusal:
        raise ApplicationError(refusal.message, type=refusal.code, non_retryable=True) from None
    except Unavailable as outage:
        raise ApplicationError(type(outage).__name__, type="unavailable") from None
    except (OperationalError, InterfaceError):
        raise ApplicationError("the database does not answer", type="unavailable") from None
    except DBAPIError as error:
        raise ApplicationError("the database refused", type=type(error.orig).__name__) from None


def failure_code(error: BaseException) -> str:
    """The code of a final failure that a workflow caught from an activity, `unknown` when it has none. A step whose time was
    over, perhaps because no worker was there, has got no answer either: `unavailable`."""
    cause = error.__cause__
    if isinstance(cause, TimeoutError):
        return "unavailable"
    return cause.type or "unknown" if isinstance(cause, ApplicationError) else "unknown"


def failure_message(error: BaseException) -> str:
    cause = error.__cause__
    return cause.message if isinstance(cause, ApplicationError) else ""
