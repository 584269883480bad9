"""The conversation's items, in order, as the client sees them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from vivavoce.core import Message
from vivavoce.web.realtime.errors import BadEvent, from_validation
from vivavoce.web.realtime.settings import Shape

Role = Literal["system", "user", "assistant"]


@dataclass(slots=True)
class Item:
    """One item."""

    wire: dict[str, Any]
    """As events carry it."""
    entry: int | None = None
    """The entry of the session's history that it became."""
    message: Message | None = None
    """That message."""
    reply: int | None = None
    """The answer that the item belongs to."""
    sound_ms: float = 0.0
    """Sound sent of it."""

    @property
    def id(self) -> str:
        return str(self.wire["id"])


class Items:
    """A bounded, ordered book of items."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: dict[str, Item] = {}

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._items

    @property
    def last_id(self) -> str | None:
        return next(reversed(self._items), None)

    def add(self, item: Item) -> str | None:
        """Append; the id of the item before it."""
        before = self.last_id
        self._items[item.id] = item
        while len(self._items) > self._most:
            del self._items[next(iter(self._items))]
        return before

    def insert(self, item: Item, after: str | None) -> str | None:
        """Put behind an item, or first (None); the id of the item before it."""
        rest = self.behind(after)
        for other in rest:
            del self._items[other.id]
        self.add(item)
        for other in rest:
            self.add(other)
        return after

    def behind(self, after: str | None) -> list[Item]:
        """What follows an item; everything for None."""
        ids = list(self._items)
        return [self._items[i] for i in ids[0 if after is None else ids.index(after) + 1 :]]

    def get(self, item_id: str, param: str = "item_id") -> Item:
        """The item, or BadEvent."""
        if item_id not in self._items:
            raise BadEvent(
                f"Item with item_id '{item_id}' not found; it was never added, or is deleted.",
                code="item_not_found",
                param=param,
            )
        return self._items[item_id]

    def remove(self, item_id: str) -> Item:
        """Take out, or BadEvent."""
        item = self.get(item_id)
        del self._items[item_id]
        return item


class Text(Shape):
    type: Literal["input_text", "output_text", "text"]
    text: str


class MessageItem(Shape):
    type: Literal["message"]
    role: Role
    content: list[Text] = Field(min_length=1)
    id: str | None = Field(default=None, min_length=1, max_length=64)
    object: str | None = None
    status: str | None = None

    def message(self) -> Message:
        return Message(self.role, "\n".join(part.text for part in self.content))

    def shown(self, item_id: str) -> dict[str, Any]:
        kind = "output_text" if self.role == "assistant" else "input_text"
        content = [{"type": kind, "text": part.text} for part in self.content]
        return message_wire(item_id, self.role, content, "completed")


class CallOutputItem(Shape):
    type: Literal["function_call_output"]
    call_id: str
    output: str
    id: str | None = Field(default=None, min_length=1, max_length=64)
    object: str | None = None
    status: str | None = None

    def shown(self, item_id: str) -> dict[str, Any]:
        return {
            "id": item_id,
            "object": "realtime.item",
            "type": "function_call_output",
            "status": "completed",
            "call_id": self.call_id,
            "output": self.output,
        }


ClientItem = MessageItem | CallOutputItem
_ITEM: TypeAdapter[ClientItem] = TypeAdapter(
    Annotated[MessageItem | CallOutputItem, Field(discriminator="type")]
)


def read_item(data: dict[str, Any], max_chars: int) -> ClientItem:
    """A client's item; BadEvent for what can't be put into the history."""
    _refuse_media(data)
    try:
        item = _ITEM.validate_python(data)
    except ValidationError as error:
        raise from_validation(error, "item") from error
    text = item.message().text if isinstance(item, MessageItem) else item.output
    if len(text) > max_chars:
        raise BadEvent(
            f"The item's text has {len(text)} characters; at most {max_chars} are taken.",
            code="string_above_max_length",
            param="item.output" if isinstance(item, CallOutputItem) else "item.content",
        )
    return item


def message_wire(
    item_id: str, role: str, content: list[dict[str, Any]], status: str
) -> dict[str, Any]:
    """A message item as events carry it."""
    return {
        "id": item_id,
        "object": "realtime.item",
        "type": "message",
        "status": status,
        "role": role,
        "content": content,
    }


def _refuse_media(data: dict[str, Any]) -> None:
    instead = {
        "input_audio": "send sound with input_audio_buffer.append",
        "input_image": "no model here sees images",
        "output_audio": "send what was said as output_text",
        "audio": "send what was said as text",
    }
    content = data.get("content")
    for i, part in enumerate(content if isinstance(content, list) else []):
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(kind, str) and kind in instead:
            raise BadEvent(
                f"Content of type '{kind}' is not supported in an item; {instead[kind]}.",
                code="unsupported_content_type",
                param=f"item.content.{i}.type",
            )
