"""Languages: the three-letter codes that PubMed prints, from the codes and names that other files use.

ISO 639-2/B and 639-1, https://www.loc.gov/standards/iso639-2/php/code_list.php ; the commonest of MEDLINE's list
https://www.nlm.nih.gov/bsd/language_table.html .
"""

from __future__ import annotations

from typing import Final

_TABLE: Final = (
    ("eng", "en", "english"), ("fre", "fr", "french", "fra", "français"),
    ("ger", "de", "german", "deu", "ngerman", "deutsch"),
    ("spa", "es", "spanish", "español"), ("ita", "it", "italian", "italiano"), ("por", "pt", "portuguese", "português"),
    ("dut", "nl", "dutch", "nld"), ("swe", "sv", "swedish"), ("dan", "da", "danish"), ("nor", "no", "norwegian", "nb"),
    ("fin", "fi", "finnish"), ("ice", "is", "icelandic", "isl"), ("pol", "pl", "polish"), ("cze", "cs", "czech", "ces"),
    ("slo", "sk", "slovak", "slk"), ("hun", "hu", "hungarian"), ("rum", "ro", "romanian", "ron"),
    ("bul", "bg", "bulgarian"), ("gre", "el", "greek", "ell"), ("tur", "tr", "turkish"), ("rus", "ru", "russian"),
    ("ukr", "uk", "ukrainian"), ("srp", "sr", "serbian"), ("hrv", "hr", "croatian"),
    ("slv", "sl", "slovenian", "slovene"),
    ("bos", "bs", "bosnian"), ("mac", "mk", "macedonian", "mkd"), ("lit", "lt", "lithuanian"), ("lav", "lv", "latvian"),
    ("est", "et", "estonian"), ("chi", "zh", "chinese", "zho"), ("jpn", "ja", "japanese"), ("kor", "ko", "korean"),
    ("ara", "ar", "arabic"), ("heb", "he", "hebrew"), ("per", "fa", "persian", "fas", "farsi"), ("hin", "hi", "hindi"),
    ("tha", "th", "thai"), ("vie", "vi", "vietnamese"), ("ind", "id", "indonesian"), ("may", "ms", "malay", "msa"),
    ("cat", "ca", "catalan"), ("geo", "ka", "georgian", "kat"), ("arm", "hy", "armenian", "hye"),
    ("alb", "sq", "albanian", "sqi"), ("afr", "af", "afrikaans"), ("lat", "la", "latin"), ("und", "", "undetermined"),
)  # fmt: skip
_BY_ANY: Final = {name: row[0] for row in _TABLE for name in row if name}
_TWO: Final = {row[0]: row[1] for row in _TABLE if row[1]}
_BABEL: Final = {
    "eng": "english", "fre": "french", "ger": "ngerman", "spa": "spanish", "ita": "italian", "por": "portuguese",
    "dut": "dutch", "swe": "swedish", "dan": "danish", "nor": "norwegian", "fin": "finnish", "ice": "icelandic",
    "pol": "polish", "cze": "czech", "slo": "slovak", "hun": "hungarian", "rum": "romanian", "bul": "bulgarian",
    "gre": "greek", "tur": "turkish", "rus": "russian", "ukr": "ukrainian", "hrv": "croatian", "slv": "slovene",
    "lit": "lithuanian", "lav": "latvian", "est": "estonian", "cat": "catalan",
}  # fmt: skip
_NAMES: Final = {row[0]: row[2] for row in _TABLE}


def code(text: str) -> str:
    """PubMed's code for a language given by code, locale or name; what is unknown stays as it is."""
    text = text.strip()
    key = text.lower()
    return _BY_ANY.get(key) or _BY_ANY.get(key.replace("_", "-").split("-")[0]) or text


def short(language: str) -> str:
    """The two-letter code where there is one (CSL wants it)."""
    return _TWO.get(language, language)


def babel(language: str) -> str:
    """The language's name in babel, which biblatex's `langid` wants; empty where babel lacks it.

    biblatex manual, table 2, "Supported Languages".
    """
    return _BABEL.get(language, "")


def name(language: str) -> str:
    """The English name in lower case, as BibTeX's `language` has it."""
    return _NAMES.get(language, language)
