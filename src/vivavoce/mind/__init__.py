"""The conversation: what was said, what was heard, and who we are."""

from vivavoce.mind.character import CHARACTER
from vivavoce.mind.conversation import Conversation, Entry

__all__ = ["CHARACTER", "Conversation", "Entry"]
