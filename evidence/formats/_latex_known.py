r"""Characters that pdfLaTeX knows as UTF-8 (LaTeX of 2022 with nothing added), as sets of `re`.

Found by setting each, as tests/benchmarks/test_formats_programs.py does again; they are those of ot1enc.dfu, t1enc.dfu,
ts1enc.dfu, omsenc.dfu and utf8.def, https://ctan.org/pkg/latex-base .
"""

from __future__ import annotations

from typing import Final

KNOWN: Final = (
    "\u00a0-\u00aa\u00ac-\u00ba\u00bc-\u00cf\u00d1-\u00dd\u00df-\u00ef\u00f1-\u00fd\u00ff-\u0103\u0106-\u010f"
    "\u0112-\u0117\u011a-\u0125\u0128-\u012d\u0130-\u0137\u0139-\u013e\u0141-\u0148\u014c-\u0165\u0168-\u0171"
    "\u0174-\u017e\u0192\u01c4-\u01d4\u01e2\u01e3\u01e6-\u01e9\u01f0\u01f4\u01f5\u0218-\u021b\u0232\u0233\u0237"
    "\u02c6\u02c7\u02d8\u02d9\u02dc\u02dd\u0e3f\u1e02\u1e03\u1e0d\u1e1e-\u1e21\u1e25\u1e30\u1e31\u1e37\u1e43"
    "\u1e45\u1e47\u1e5b\u1e63\u1e6d\u1e8e-\u1e91\u1e9e\u1ef2\u1ef3\u200c\u2010-\u2016\u2018\u2019\u201c\u201d"
    "\u2020-\u2022\u2026\u2030\u2031\u203b\u203d\u2044\u204e\u2052\u20a1\u20a4\u20a6\u20a9\u20ab\u20ac\u20b1"
    "\u2103\u2116\u2117\u211e\u2120\u2122\u2126\u2127\u212e\u2190-\u2193\u2329\u232a\u2422\u2423\u25e6\u25ef"
    "\u266a\u27e8\u27e9\ufb00-\ufb06\ufeff"
)
"""Those that print in the encodings OT1 and T1."""

ONLY_T1: Final[dict[str, tuple[str, ...]]] = {
    "«": ("guillemetleft", "guillemotleft"),
    "»": ("guillemetright", "guillemotright"),
    "Ð": ("DH",),
    "Þ": ("TH",),
    "ð": ("dh",),
    "þ": ("th",),
    "Ą": ("k",),
    "ą": ("k",),
    "Đ": ("DJ",),
    "đ": ("dj",),
    "Ę": ("k",),
    "ę": ("k",),
    "Į": ("k",),
    "į": ("k",),
    "Ŋ": ("NG",),
    "ŋ": ("ng",),
    "Ų": ("k",),
    "ų": ("k",),
    "Ǫ": ("k",),
    "ǫ": ("k",),
    "˛": ("k",),
    "‚": ("quotesinglbase",),
    "„": ("quotedblbase",),
    "‹": ("guilsinglleft",),
    "›": ("guilsinglright",),
}  # fmt: skip
"""Those of which OT1, LaTeX's default, lacks the command: the character, and the commands that print it."""
