"""An MCP server by the official package; it could be in any language, on any machine."""

from datetime import date
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import Field

NEW_MOON = date(2000, 1, 6)
MONTH_DAYS = 29.530588
NAMES = ("new", "waxing crescent", "first quarter", "waxing gibbous",
         "full", "waning gibbous", "last quarter", "waning crescent")  # fmt: skip

server = MCPServer("moon")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def moon_phase(day: Annotated[str, Field(description="2026-11-24; empty: today")] = "") -> str:
    """The phase of the moon on a day."""
    chosen = date.fromisoformat(day) if day else date.today()
    share = (chosen - NEW_MOON).days % MONTH_DAYS / MONTH_DAYS
    return f"{chosen}: {NAMES[round(share * 8) % 8]} moon"


if __name__ == "__main__":
    server.run("stdio")
