"""Colours as a Hue lamp has them. Pure."""

import math

from vivavoce.experts.builtin.home.device import Rgb

Xy = tuple[float, float]
"""CIE 1931; without brightness."""
WHITE: Xy = (0.3127, 0.329)


def xy(colour: Rgb) -> Xy:
    """sRGB's hue and saturation; black is white."""
    r, g, b = (_linear(part / 255) for part in colour)
    x = 0.4124 * r + 0.3576 * g + 0.1805 * b
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = 0.0193 * r + 0.1192 * g + 0.9505 * b
    total = x + y + z
    return (round(x / total, 4), round(y / total, 4)) if total else WHITE


def rgb(at: Xy) -> Rgb:
    """As bright as sRGB can show it; what it can't show at all is cut to its edge."""
    x, y = at
    if y <= 0:
        return (255, 255, 255)
    big_x, big_z = x / y, (1 - x - y) / y
    parts = [
        max(0.0, 3.2406 * big_x - 1.5372 - 0.4986 * big_z),
        max(0.0, -0.9689 * big_x + 1.8758 + 0.0415 * big_z),
        max(0.0, 0.0557 * big_x - 0.204 + 1.057 * big_z),
    ]
    most = max(parts)
    r, g, b = (round(255 * _curved(part / most)) for part in parts)
    return r, g, b


def mirek(kelvin: int, coldest: int = 153, warmest: int = 500) -> int:
    """Of a lamp with this range."""
    return min(warmest, max(coldest, round(1_000_000 / kelvin)))


def kelvin(mirek: int) -> int:
    """To the next ten."""
    return round(100_000 / mirek) * 10


def apart(one: Xy, other: Xy) -> float:
    """The distance of two colours; 0.02 is hardly seen."""
    return math.dist(one, other)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _curved(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
