"""Which tools of a server their owner has seen: one that says something else since is off."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import mcp_types

FILE = "approved.json"


def fingerprint(tool: mcp_types.Tool) -> str:
    """Of all that makes a model call it, or us trust it."""
    said = tool.model_dump(
        mode="json", by_alias=True, include={"name", "description", "input_schema", "annotations"}
    )
    if not tool.description and tool.title:  # the model is told it instead
        said["title"] = tool.title
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def approved(folder: Path) -> dict[str, str] | None:
    """Tool → fingerprint; None: nothing was ever approved. Of a damaged file: nothing is."""
    try:
        read = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in read.items()} if isinstance(read, dict) else {}


def approve(folder: Path, seen: Mapping[str, str]) -> None:
    """These, and no others."""
    fresh = folder / f"{FILE}.part"
    fresh.write_text(json.dumps(seen, indent=1), encoding="utf-8")
    fresh.replace(folder / FILE)


def forget(folder: Path) -> None:
    """What the server says the next time is approved."""
    (folder / FILE).unlink(missing_ok=True)
