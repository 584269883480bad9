"""Numerals as English words, on top of num2words. Pure; takes strings of ASCII digits."""

from num2words import num2words

_LONGEST = 15
"""More digits than this nobody says as one number: they are read one by one."""
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def digits(text: str) -> str:
    """Digit by digit: "407" → "four zero seven"; what is no ASCII digit is skipped."""
    return " ".join(_DIGITS[ord(c) - 48] for c in text if "0" <= c <= "9")


def cardinal(text: str) -> str:
    """ "1,200" → "one thousand, two hundred"; a leading zero ("007") reads as digits."""
    plain = text.replace(",", "")
    if len(plain) > _LONGEST or (len(plain) > 1 and plain[0] == "0"):
        return digits(plain)
    # The comma of "one thousand, two hundred" would be a pause.
    return str(num2words(int(plain))).replace(",", "")


def ordinal(text: str) -> str:
    """ "21" → "twenty-first"."""
    plain = text.replace(",", "")
    if len(plain) > _LONGEST:
        return digits(plain)
    return str(num2words(int(plain), to="ordinal")).replace(",", "")


def decimal(text: str) -> str:
    """ "3.14" → "three point one four"; "-2" → "minus two"; ".5" → "zero point five"."""
    sign = "minus " if text[0] in "-−" else ""
    whole, dot, fraction = text.lstrip("+-−").partition(".")
    tail = f" point {digits(fraction)}" if dot and fraction else ""
    return sign + cardinal(whole or "0") + tail


def year(text: str) -> str:
    """ "1999" → "nineteen ninety-nine"; "1905" → "nineteen oh five"; "2004" → "two thousand four".

    Takes one to four digits.
    """
    value = int(text)
    high, low = divmod(value, 100)
    if value < 1000 or 2000 <= value < 2010 or value % 1000 == 0:
        return str(num2words(value)).replace(" and ", " ")
    if low == 0:
        return f"{num2words(high)} hundred"
    return f"{num2words(high)} {'oh ' if low < 10 else ''}{num2words(low)}"


def decade(text: str) -> str:
    """ "1990" → "nineteen nineties"; "80" → "eighties"; "2000" → "two thousands"."""
    words = year(text) if len(text) == 4 else cardinal(text)
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def fraction(top: str, bottom: str) -> str:
    """ "1", "2" → "one half"; "3", "4" → "three quarters"; "22", "7" → "twenty-two sevenths"."""
    if int(bottom) < 2 or int(bottom) > 100 or len(top) > 3:
        return f"{cardinal(top)} over {cardinal(bottom)}"
    one = int(top) == 1
    if int(bottom) == 2:
        return f"{cardinal(top)} {'half' if one else 'halves'}"
    part = "quarter" if int(bottom) == 4 else ordinal(bottom)
    return f"{cardinal(top)} {part}{'' if one else 's'}"


def roman(text: str) -> int | None:
    """The value of a well-formed Roman numeral up to 39, else None."""
    tens = len(text) - len(text.lstrip("X"))
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    for t in {tens, tens - 1}:
        if 0 <= t <= 3 and text[:t] == "X" * t and text[t:] in ones and text:
            return t * 10 + ones.index(text[t:])
    return None


def clock(hour: str, minute: str, half: str = "") -> str:
    """ "9", "05" → "nine oh five"; "3", "00", "pm" → "three P.M"; "15", "00" → "fifteen hundred"

    (the 24 hours of a day; half: "", "am" or "pm").
    """
    h, m = int(hour), int(minute or "0")
    name = "zero" if h == 0 else str(num2words(h))
    if m:
        name += f" oh {num2words(m)}" if m < 10 else f" {num2words(m)}"
    elif not half:
        name += " o'clock" if 0 < h <= 12 else " hundred"
    return f"{name} {half[0].upper()}.M" if half else name


def date(day: int, month: int, of_year: str = "") -> str | None:
    """5, 3, "2024" → "March fifth, twenty twenty-four"; None where there is no such day."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    tail = f", {year(of_year)}" if of_year else ""
    return f"{MONTHS[month - 1]} {ordinal(str(day))}{tail}"
