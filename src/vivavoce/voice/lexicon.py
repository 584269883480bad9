"""How written shorthand is said: units, money, abbreviations, symbols, spelt acronyms."""

UNITS: dict[str, tuple[str, str]] = {
    # shown: (one, many). Only after a number.
    "km": ("kilometer", "kilometers"), "m": ("meter", "meters"),
    "cm": ("centimeter", "centimeters"), "mm": ("millimeter", "millimeters"),
    "µm": ("micrometer", "micrometers"), "μm": ("micrometer", "micrometers"),
    "nm": ("nanometer", "nanometers"),
    "mi": ("mile", "miles"), "ft": ("foot", "feet"), "in": ("inch", "inches"),
    "yd": ("yard", "yards"),
    "m²": ("square meter", "square meters"), "m2": ("square meter", "square meters"),
    "km²": ("square kilometer", "square kilometers"),
    "km2": ("square kilometer", "square kilometers"),
    "m³": ("cubic meter", "cubic meters"), "m3": ("cubic meter", "cubic meters"),
    "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"), "mg": ("milligram", "milligrams"),
    "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"), "oz": ("ounce", "ounces"),
    "l": ("liter", "liters"), "L": ("liter", "liters"), "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"),
    "tsp": ("teaspoon", "teaspoons"), "tbsp": ("tablespoon", "tablespoons"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "℃": ("degree Celsius", "degrees Celsius"), "℉": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "mph": ("mile per hour", "miles per hour"),
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "m/s": ("meter per second", "meters per second"),
    "m/s²": ("meter per second squared", "meters per second squared"),
    "fps": ("frame per second", "frames per second"),
    "B": ("byte", "bytes"), "KB": ("kilobyte", "kilobytes"), "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"), "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"), "GiB": ("gibibyte", "gibibytes"),
    "MiB": ("mebibyte", "mebibytes"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "MB/s": ("megabyte per second", "megabytes per second"),
    "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "W": ("watt", "watts"), "kW": ("kilowatt", "kilowatts"), "MW": ("megawatt", "megawatts"),
    "kWh": ("kilowatt hour", "kilowatt hours"), "Wh": ("watt hour", "watt hours"),
    "mAh": ("milliamp hour", "milliamp hours"),
    "V": ("volt", "volts"), "dB": ("decibel", "decibels"), "kcal": ("kilocalorie", "kilocalories"),
    "cal": ("calorie", "calories"), "kJ": ("kilojoule", "kilojoules"),
    "h": ("hour", "hours"), "hr": ("hour", "hours"), "hrs": ("hour", "hours"),
    "min": ("minute", "minutes"), "mins": ("minute", "minutes"),
    "s": ("second", "seconds"), "sec": ("second", "seconds"), "secs": ("second", "seconds"),
    "ms": ("millisecond", "milliseconds"), "ns": ("nanosecond", "nanoseconds"),
    "%": ("percent", "percent"), "px": ("pixel", "pixels"),
}  # fmt: skip

MONEY: dict[str, tuple[str, str, str, str]] = {
    # symbol: (one, many, hundredth, hundredths)
    "$": ("dollar", "dollars", "cent", "cents"),
    "US$": ("US dollar", "US dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
}
SCALES = {
    "k": "thousand", "K": "thousand", "M": "million", "bn": "billion", "B": "billion",
    "million": "million", "billion": "billion", "trillion": "trillion", "thousand": "thousand",
    "hundred": "hundred",
}  # fmt: skip

ABBREVIATIONS: dict[str, str] = {
    # Lower case, with the dot that belongs to them. The dot ends no sentence.
    "dr.": "Doctor", "mr.": "Mister", "mrs.": "Missus", "ms.": "Miz", "prof.": "Professor",
    "mr": "Mister", "mrs": "Missus", "dr": "Doctor",
    "jr.": "Junior", "sr.": "Senior", "rev.": "Reverend", "gen.": "General", "sgt.": "Sergeant",
    "capt.": "Captain", "lt.": "Lieutenant", "col.": "Colonel", "sen.": "Senator",
    "rep.": "Representative", "gov.": "Governor", "hon.": "Honorable",
    "e.g.": "for example", "eg.": "for example", "i.e.": "that is", "ie.": "that is",
    "etc.": "et cetera", "etc": "et cetera", "vs.": "versus", "vs": "versus",
    "approx.": "approximately", "est.": "established", "dept.": "department",
    "ave.": "Avenue", "blvd.": "Boulevard", "rd.": "Road", "mt.": "Mount", "ft.": "Fort",
    "inc.": "Incorporated", "ltd.": "Limited", "corp.": "Corporation", "co.": "Company",
    "bros.": "Brothers", "fig.": "figure", "figs.": "figures", "vol.": "volume", "pp.": "pages",
    "a.m.": "A.M", "p.m.": "P.M", "a.k.a.": "also known as", "aka": "also known as",
    "w/": "with", "w/o": "without", "n/a": "not applicable", "fyi": "for your information",
    "asap": "as soon as possible", "tl;dr": "in short", "cf.": "compare", "al.": "al",
    "jan.": "January", "feb.": "February", "mar.": "March", "apr.": "April", "jun.": "June",
    "jul.": "July", "aug.": "August", "sep.": "September", "sept.": "September",
    "oct.": "October", "nov.": "November", "dec.": "December", "ph.d.": "P.H.D",
    "u.s.": "U.S", "u.k.": "U.K", "u.s.a.": "U.S.A", "u.n.": "U.N", "d.c.": "D.C",
}  # fmt: skip

END_TOO = frozenset({"etc.", "a.m.", "p.m.", "jr.", "sr.", "inc.", "ltd.", "co.", "corp.", "u.s.",
                     "u.k.", "u.s.a.", "ph.d.", "d.c.", "ave.", "blvd.", "rd.", "al."})  # fmt: skip
"""Abbreviations with which a sentence may end; the others always have a word after them."""

WORDS: dict[str, str] = {
    # Whole tokens, as written, that the phonemizer would get wrong.
    "FAQ": "F.A.Q", "FAQs": "F.A.Qs", "LED": "L.E.D", "LEDs": "L.E.Ds", "ETA": "E.T.A",
    "AM": "A.M", "PM": "P.M", "PhD": "P.H.D", "DIY": "D.I.Y", "ISO": "I.S.O",
    "AD": "A.D", "BC": "B.C", "BCE": "B.C.E", "CE": "C.E", "ASCII": "asky", "SQL": "sequel",
    "JSON": "jason", "YAML": "yammel", "GIF": "gif", "PNG": "P.N.G", "ID": "I.D", "IDs": "I.Ds",
    "URL": "U.R.L", "URLs": "U.R.Ls", "GUI": "gooey", "CLI": "C.L.I", "IoT": "I.O.T",
    "OS": "O.S", "iOS": "eye O.S", "macOS": "mac O.S", "LLM": "L.L.M", "LLMs": "L.L.Ms",
    "HIV": "H.I.V", "NYC": "N.Y.C", "LA": "L.A", "CO2": "C.O two", "H2O": "H two O",
    "CO₂": "C.O two", "H₂O": "H two O", "SIM": "sim", "RAM": "ram", "ROM": "rom",
}  # fmt: skip

SYMBOLS: dict[str, str] = {
    "&": "and", "@": "at", "+": "plus", "=": "equals", "%": "percent", "°": "degrees",
    "≈": "approximately", "~": "approximately", "<": "less than", ">": "greater than",
    "≤": "at most", "≥": "at least", "≠": "is not", "×": "times", "÷": "divided by",
    "±": "plus or minus", "√": "square root of", "∞": "infinity", "π": "pi", "−": "minus",
    "→": "to", "⇒": "so", "#": "number", "§": "section", "©": "copyright", "²": "squared",
    "³": "cubed", "½": "one half", "¼": "one quarter", "¾": "three quarters", "⅓": "one third",
    "⅔": "two thirds", "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "₹": "rupees",
    "^": "to the power of", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "delta",
    "λ": "lambda", "μ": "mu", "µ": "mu", "σ": "sigma", "θ": "theta", "Ω": "ohm", "ω": "omega",
}  # fmt: skip

REGNAL = frozenset({
    "Henry", "Louis", "Elizabeth", "Charles", "George", "Edward", "Richard", "James", "William",
    "Napoleon", "Philip", "Peter", "Catherine", "Alexander", "Nicholas", "Frederick", "John",
    "Paul", "Pius", "Benedict", "Gregory", "Leo", "Innocent", "Clement", "Otto", "Mary", "Ivan",
    "Ramses", "Ferdinand", "Francis", "Wilhelm", "Leopold", "Carl", "Gustav", "Christian",
    "Haakon", "Olav", "Felipe", "Juan", "Victoria", "Edmund", "Robert", "David", "Malcolm",
    "Darius", "Xerxes", "Cyrus", "Umberto", "Vittorio",
})  # fmt: skip
NUMBERED = frozenset({
    "chapter", "part", "volume", "act", "scene", "war", "article", "book", "phase", "type",
    "class", "title", "appendix", "grade", "level", "bowl", "stage", "section", "unit",
    "figure", "table", "episode", "season", "fantasy", "rocky", "mark", "apollo",
})  # fmt: skip
"""After these a Roman numeral, also a single letter, is a number."""
