"""What Vivavoce can do in the world: folders of instructions, tools and rules."""

from vivavoce.experts.announcer import Announce
from vivavoce.experts.expert import Expert, Manifest, Open, Rule, Setting, Setup, Yes
from vivavoce.experts.tool import Context, Effect, Result, Tool, Unclear, tool

__all__ = [
    "Announce",
    "Context",
    "Effect",
    "Expert",
    "Manifest",
    "Open",
    "Result",
    "Rule",
    "Setting",
    "Setup",
    "Tool",
    "Unclear",
    "Yes",
    "tool",
]
