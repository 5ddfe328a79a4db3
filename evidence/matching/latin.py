"""Cyrillic as Latin letters: one database prints "Иванов", another "Ivanov".

The table of BGN/PCGN (https://www.gov.uk/government/publications/romanization-systems), without its marks. Other
tables differ by a letter here and there, which comparing forgives. Applied after folding, which makes й и and ё е.
"""

from __future__ import annotations

from typing import Final

_CYRILLIC: Final = str.maketrans(
    {
        **dict(zip("абвгдезиклмнопрстуфыэіґј", "abvgdeziklmnoprstufyeigj", strict=True)),
        **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"},
        **{"є": "ye", "ђ": "d", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz"},
    }
)


def latin(folded: str) -> str:
    """Folded text with its Cyrillic letters as Latin ones; other scripts stay."""
    return folded if folded.isascii() else folded.translate(_CYRILLIC)
