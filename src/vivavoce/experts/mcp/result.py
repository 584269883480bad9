"""What a server answers, as a tool's result of limited size. Pure."""

import base64
import binascii
import json

import mcp_types

from vivavoce.core import Image
from vivavoce.experts.tool import Result

MOST_CHARS = 20_000
MOST_IMAGES = 4
MOST_IMAGE_CHARS = 6_000_000
"""Of a picture's base64."""


def result_of(answer: mcp_types.CallToolResult, source: str) -> Result:
    """source: whose words these are; empty: this house's own."""
    texts: list[str] = []
    images: list[Image] = []
    for block in answer.content[:1000]:
        match block:
            case mcp_types.TextContent():
                texts.append(block.text[: MOST_CHARS + 1])
            case mcp_types.ImageContent():
                if (image := _image(block)) is not None and len(images) < MOST_IMAGES:
                    images.append(image)
            case mcp_types.EmbeddedResource():
                inner = block.resource
                if isinstance(inner, mcp_types.TextResourceContents):
                    texts.append(inner.text[: MOST_CHARS + 1])
            case mcp_types.ResourceLink():
                texts.append(f"{block.name}: {block.uri}")
            case _:
                texts.append("(sound)")
    if not any(texts) and answer.structured_content is not None:
        texts = [json.dumps(answer.structured_content, ensure_ascii=False)]
    text = cut("\n".join(texts)) or ("(a picture)" if images else "done, it says nothing")
    return Result(text, source=source, failed=answer.is_error, images=tuple(images))


def cut(text: str) -> str:
    """At most so much as a model may have to read."""
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]} … (cut here)"


def _image(block: mcp_types.ImageContent) -> Image | None:
    if len(block.data) > MOST_IMAGE_CHARS:
        return None
    try:
        return Image(base64.b64decode(block.data, validate=True), block.mime_type)
    except (binascii.Error, ValueError):
        return None
