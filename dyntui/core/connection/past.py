"""A Client of the past, where there is one: on a data folder, not on a remote."""

from __future__ import annotations

from dyntui.core.text.moments import MomentError, moment
from engine.client.protocol import Client, Layer, PastClient, TimeTravel
from engine.clock import Clock
from engine.errors import UnknownOperationException, ValidationException


def client_at(client: Client, when: str, clock: Clock) -> PastClient:
    """A Client that reads as of a time as people type it.

    Raises `engine.errors.ApiError`, as where the time has not come yet, and on a remote.
    """
    while isinstance(client, Layer):
        client = client.inner
    if not isinstance(client, TimeTravel):
        raise UnknownOperationException(
            "The past can be read in a data folder; a remote answers DynamoDB's operations only"
        )
    try:
        return client.at(moment(when, clock.now_us() / 1_000_000))
    except MomentError as error:
        raise ValidationException(str(error)) from None
