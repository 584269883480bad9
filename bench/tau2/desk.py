"""A domain of τ² as an expert: its tools, its policy as instructions, its tasks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from anyio import to_thread

from bench.peers.served import Peer
from bench.tau2.user import YES
from vivavoce.core import ConfigError
from vivavoce.experts import Context, Effect, Expert, Manifest, Result, Setup, Tool
from vivavoce.experts.schema import check_arguments, plain_schema

Row = dict[str, Any]
WHEN = {
    "airline": (
        "book a flight", "I want to cancel my reservation", "change my flight to another day",
        "add a checked bag", "my flight was delayed and I want compensation", YES,
    ),
    "retail": (
        "I want to return an item of my order", "cancel my order", "change my order's address",
        "exchange what I received", "refund to my gift card instead of the credit card",
        "how much did I pay for it", "I have a problem with an order", YES,
    ),
}  # fmt: skip
"""The yes stands there too: whoever calls a desk stays at it."""
_TOOLS: Mapping[Effect, str] = {
    "read": "calculate find_user_id_by_email find_user_id_by_name_zip get_flight_status "
    "get_order_details get_product_details get_reservation_details get_user_details "
    "list_all_airports list_all_product_types search_direct_flight search_onestop_flight",
    "change": "modify_pending_order_address modify_user_address update_reservation_passengers",
    "send": "transfer_to_human_agents",
    "danger": "book_reservation cancel_pending_order cancel_reservation send_certificate "
    "exchange_delivered_order_items modify_pending_order_items modify_pending_order_payment "
    "return_delivered_order_items update_reservation_baggages update_reservation_flights",
}
"""What costs money, or can be done only once, is danger."""
EFFECTS = {name: effect for effect, names in _TOOLS.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Desk:
    """One domain."""

    expert: Expert
    tasks: tuple[Row, ...]
    """As τ² writes them."""


def desk(peer: Peer, name: str) -> Desk:
    """ConfigError: it has a tool of which we don't know what it does to the world."""
    told = peer.ask("open", name)
    tools = [_tool(peer, name, described) for described in told["tools"]]

    @asynccontextmanager
    async def opens(_: Setup) -> AsyncIterator[Sequence[Tool]]:
        yield tools

    manifest = Manifest(name, f"The {name} company's customer service.", WHEN[name])
    return Desk(Expert(manifest, told["policy"], opens, origin="τ²"), tuple(told["tasks"]))


def _tool(peer: Peer, domain: str, described: Row) -> Tool:
    name, schema = described["name"], plain_schema(described["parameters"])
    effect = EFFECTS.get(name)
    if effect is None or (effect == "read" and described["kind"] == "write"):
        raise ConfigError(f"EFFECTS: {name} is {effect}, τ² calls it {described['kind']}")

    async def run(arguments: Mapping[str, Any], _: Context) -> Result:
        check_arguments(name, schema, arguments)
        made = {"name": name, "arguments": dict(arguments)}
        told = await to_thread.run_sync(lambda: peer.ask("call", domain, **made))
        return Result(told["text"], failed=told["failed"])

    return Tool(name, described["description"], schema, run, effect)
