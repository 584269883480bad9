"""At the start, servers that claim to hold a thinking budget are asked to prove it."""

import logging

import anyio
import pytest

from tests.models.remote.peers import model, serving
from tests.models.remote.test_prove import Thinker
from vivavoce.mind.claims import check_claims


@pytest.mark.parametrize(
    ("thinks", "kept"), [(lambda budget: budget, "exact"), (lambda budget: 3 * budget, "hint")]
)
def test_a_claim_that_was_proved_is_on_the_card(thinks, kept) -> None:
    async def run() -> str:
        async with serving(Thinker(thinks)) as address:
            claims = model(address, budget="thinking_token_budget")
            await check_claims([claims])
            await claims.aclose()
            return claims.card.budget

    assert anyio.run(run) == kept


def test_a_server_that_is_away_is_a_hint_and_a_line_in_the_log(caplog) -> None:
    claims = model("http://127.0.0.1:9", budget="thinking_token_budget")

    async def run() -> None:
        await check_claims([claims])
        await claims.aclose()

    with caplog.at_level(logging.WARNING):
        anyio.run(run)
    assert claims.card.budget == "hint"
    assert "has not proved" in caplog.text


def test_a_server_that_breaks_the_proof_keeps_nothing_from_opening(caplog, monkeypatch) -> None:
    async def breaks(_: object) -> str:
        raise OverflowError("port must be 0-65535")

    monkeypatch.setattr("vivavoce.mind.claims.prove", breaks)
    claims = model("http://127.0.0.1:9", budget="thinking_token_budget")

    async def run() -> None:
        await check_claims([claims])
        await claims.aclose()

    anyio.run(run)
    assert claims.card.budget == "hint"
    assert "OverflowError" in caplog.text
