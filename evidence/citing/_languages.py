"""English names of languages for the note that a text is not in English.

ISO 639-2/B as PubMed prints it, https://www.nlm.nih.gov/bsd/language_table.html , and ISO 639-1.
"""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    "afr": "Afrikaans", "alb": "Albanian", "ara": "Arabic", "arm": "Armenian", "aze": "Azerbaijani", "bos": "Bosnian",
    "bul": "Bulgarian", "cat": "Catalan", "chi": "Chinese", "cze": "Czech", "dan": "Danish", "dut": "Dutch",
    "est": "Estonian", "fin": "Finnish", "fre": "French", "geo": "Georgian", "ger": "German", "gre": "Greek",
    "heb": "Hebrew", "hin": "Hindi", "hrv": "Croatian", "hun": "Hungarian", "ice": "Icelandic", "ind": "Indonesian",
    "ita": "Italian", "jpn": "Japanese", "kor": "Korean", "lat": "Latin", "lav": "Latvian", "lit": "Lithuanian",
    "mac": "Macedonian", "may": "Malay", "nor": "Norwegian", "per": "Persian", "pol": "Polish", "por": "Portuguese",
    "rum": "Romanian", "rus": "Russian", "slo": "Slovak", "slv": "Slovenian", "spa": "Spanish", "srp": "Serbian",
    "swe": "Swedish", "tha": "Thai", "tur": "Turkish", "ukr": "Ukrainian", "vie": "Vietnamese", "wel": "Welsh",
}  # fmt: skip
_TWO: Final = {
    "af": "afr", "ar": "ara", "bg": "bul", "ca": "cat", "cs": "cze", "da": "dan", "de": "ger", "el": "gre", "es": "spa",
    "et": "est", "fa": "per", "fi": "fin", "fr": "fre", "he": "heb", "hr": "hrv", "hu": "hun", "it": "ita", "ja": "jpn",
    "ko": "kor", "lt": "lit", "nb": "nor", "nl": "dut", "no": "nor", "pl": "pol", "pt": "por", "ro": "rum", "ru": "rus",
    "sk": "slo", "sl": "slv", "sr": "srp", "sv": "swe", "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "chi",
}  # fmt: skip
_ENGLISH: Final = frozenset(("eng", "en", "english", "und", "mul"))


def foreign(languages: tuple[str, ...]) -> str:
    """The languages of a text that is not in English, "French" or "French, German"; empty when English is among them.

    A code that is not in the table is left out.
    """
    codes = [language.strip().lower().replace("_", "-").split("-")[0] for language in languages]
    if any(code in _ENGLISH for code in codes):
        return ""
    by_name = {name.lower(): name for name in _NAMES.values()}
    names = (_NAMES.get(_TWO.get(code, code)) or by_name.get(code) for code in codes)
    return ", ".join(dict.fromkeys(name for name in names if name))
