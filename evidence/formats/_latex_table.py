"""Characters and their LaTeX: one table for both directions, so that what we write reads back as it was.

Commands of LaTeX's kernel and textcomp (in the kernel since 2020), "The Comprehensive LaTeX Symbol List",
https://ctan.org/pkg/comprehensive . Mathematical ones are written between dollar signs.
"""

from __future__ import annotations

import unicodedata
from typing import Final

TEXT: Final = {
    "\\": "textbackslash", "{": "textbraceleft", "}": "textbraceright", "~": "textasciitilde", "^": "textasciicircum",
    "<": "textless", ">": "textgreater", "|": "textbar", "–": "textendash", "—": "textemdash", "‘": "textquoteleft",
    "’": "textquoteright", "“": "textquotedblleft", "”": "textquotedblright", "‚": "quotesinglbase",
    "„": "quotedblbase", "‹": "guilsinglleft", "›": "guilsinglright", "«": "guillemotleft", "»": "guillemotright",
    "…": "ldots", "°": "textdegree", "·": "textperiodcentered", "•": "textbullet", "†": "dag", "‡": "ddag", "§": "S",
    "¶": "P", "©": "textcopyright", "®": "textregistered", "™": "texttrademark", "£": "pounds", "€": "texteuro",
    "¥": "textyen", "¢": "textcent", "¹": "textonesuperior", "²": "texttwosuperior", "³": "textthreesuperior",
    "½": "textonehalf", "¼": "textonequarter", "¾": "textthreequarters", "µ": "textmu",
    "¡": "textexclamdown", "¿": "textquestiondown", "ª": "textordfeminine", "º": "textordmasculine",
    "‰": "textperthousand", "‱": "textpertenthousand",
    "№": "textnumero", "Ω": "textohm", "´": "textasciiacute", "¨": "textasciidieresis", "¯": "textasciimacron",
    "˘": "textasciibreve", "ˇ": "textasciicaron", "˝": "textacutedbl", "¤": "textcurrency", "¦": "textbrokenbar",
    "‖": "textbardbl", "※": "textreferencemark", "℞": "textrecipe", "℮": "textestimated", "₩": "textwon",
    "ƒ": "textflorin",
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "å": "aa", "Å": "AA", "ł": "l", "Ł": "L",
    "đ": "dj", "Đ": "DJ", "ð": "dh", "Ð": "DH", "þ": "th", "Þ": "TH", "ŋ": "ng", "Ŋ": "NG", "ı": "i", "ȷ": "j",
}  # fmt: skip
"""Characters written as a text command: {\\textendash}."""

MATH: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "ς": "varsigma", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi",
    "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi",
    "±": "pm", "∓": "mp", "×": "times", "÷": "div", "≤": "leq", "≥": "geq", "≠": "neq", "≈": "approx", "≃": "simeq",
    "≅": "cong", "≡": "equiv", "∼": "sim", "∝": "propto", "∞": "infty", "→": "rightarrow", "←": "leftarrow",
    "↑": "uparrow", "↓": "downarrow", "↔": "leftrightarrow", "⇒": "Rightarrow", "∈": "in", "∑": "sum", "∏": "prod",
    "∂": "partial", "∇": "nabla", "∩": "cap", "∪": "cup", "⊂": "subset", "∅": "emptyset", "∀": "forall",
    "∃": "exists", "¬": "neg", "≪": "ll", "≫": "gg", "⟨": "langle", "⟩": "rangle",
    "√": "surd", "∫": "int", "∥": "parallel", "⊥": "perp", "⇔": "Leftrightarrow", "⇐": "Leftarrow", "⇑": "Uparrow",
    "⇓": "Downarrow", "↕": "updownarrow", "↗": "nearrow", "↘": "searrow", "↦": "mapsto", "≺": "prec", "≻": "succ",
    "⊃": "supset", "⊆": "subseteq", "⊇": "supseteq", "∉": "notin", "∋": "ni", "∧": "wedge", "∨": "vee", "⊕": "oplus",
    "⊗": "otimes", "∠": "angle", "≍": "asymp", "≐": "doteq", "ℓ": "ell", "ħ": "hbar", "ℵ": "aleph", "℘": "wp",
    "⋆": "star", "♯": "sharp", "♭": "flat", "⌊": "lfloor", "⌋": "rfloor", "⌈": "lceil", "⌉": "rceil",
}  # fmt: skip
"""Characters written as mathematics: {$\\alpha$}."""

ALIASES: Final = {
    "le": "≤", "ge": "≥", "ne": "≠", "to": "→", "gets": "←", "dots": "…", "textellipsis": "…", "cdot": "·",
    "bullet": "•",
    "dagger": "†", "ddagger": "‡", "textdagger": "†", "textdaggerdbl": "‡", "copyright": "©", "textsection": "§",
    "textparagraph": "¶", "degree": "°", "circ": "°", "prime": "′", "textquotesingle": "'", "textquotedbl": '"',
    "textunderscore": "_", "textdollar": "$", "textasteriskcentered": "*", "lbrace": "{", "rbrace": "}",
    "textsterling": "£", "euro": "€", "texttimes": "×", "textpm": "±", "textdiv": "÷",
    "guillemetright": "»", "flqq": "«", "frqq": "»", "glqq": "„", "grqq": "“", "backslash": "\\", "lt": "<", "gt": ">",
    "textprime": "′", "textminus": "−",
    "textmugreek": "μ", "mathmu": "μ", "textalpha": "α", "textbeta": "β", "textgamma": "γ", "textdelta": "δ",
    "textkappa": "κ", "textlambda": "λ", "textomega": "ω", "colon": ":", "slash": "/", "hyphen": "-",
    "nobreakspace": " ",
    "space": " ", "quad": " ", "qquad": " ", "newline": " ", "par": " ", "linebreak": " ", "textvisiblespace": " ",
    "TeX": "TeX", "LaTeX": "LaTeX", "BibTeX": "BibTeX", "SS": "SS", "textgreek": "", "vert": "|", "mid": "|",
    "Vert": "‖", "textsurd": "√", "sqrt": "√", "ast": "*", "setminus": "\\", "guillemetleft": "«",
    "Alpha": "Α", "Beta": "Β", "Epsilon": "Ε", "Zeta": "Ζ", "Eta": "Η", "Iota": "Ι", "Kappa": "Κ", "Mu": "Μ", "Nu": "Ν",
    "Omicron": "Ο", "omicron": "ο", "Rho": "Ρ", "Tau": "Τ", "Chi": "Χ", "Omega": "Ω",
}  # fmt: skip
"""Further commands that are read, never written."""

SYMBOLS: Final = {**{c: ch for ch, c in MATH.items()}, **ALIASES, **{c: ch for ch, c in TEXT.items()}}
"""Command → character."""

ACCENTS: Final = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331",
    "t": "\u0361", "h": "\u0309", "horn": "\u031b", "textcommabelow": "\u0326",
}  # fmt: skip
"""Accent command → combining character."""

WORD_ACCENTS: Final = {
    "bar": "\u0304", "overline": "\u0305", "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303",
    "widetilde": "\u0303",
    "dot": "\u0307", "ddot": "\u0308", "vec": "\u20d7", "check": "\u030c", "acute": "\u0301", "grave": "\u0300",
    "breve": "\u0306", "mathring": "\u030a", "h": "\u0309", "horn": "\u031b", "textcommabelow": "\u0326",
}  # fmt: skip
"""Mathematical accents, and those of text whose commands are words."""

TAGS: Final = {
    "textit": "i", "emph": "i", "textsl": "i", "mathit": "i", "textbf": "b", "mathbf": "b", "boldsymbol": "b",
    "underline": "u", "uline": "u", "textsubscript": "sub", "textsuperscript": "sup",
    "mkbibemph": "i", "mkbibitalic": "i", "mkbibbold": "b",
}  # fmt: skip
"""Commands whose argument is marked up."""

SWITCHES: Final = {"it": "i", "itshape": "i", "em": "i", "sl": "i", "bf": "b", "bfseries": "b"}
"""Commands that mark up the rest of their group."""

NO_OUTPUT: Final = frozenset(
    [
        "textrm",
        "textsc",
        "textsf",
        "texttt",
        "textnormal",
        "textup",
        "textmd",
        "mathrm",
        "mathsf",
        "mathtt",
        "mathcal",
        "mathbb",
        "mathfrak",
        "mathscr",
        "text",
        "mbox",
        "hbox",
        "rm",
        "sc",
        "sf",
        "tt",
        "normalfont",
        "upshape",
        "scshape",
        "ensuremath",
        "protect",
        "relax",
        "left",
        "right",
        "big",
        "Big",
        "bigl",
        "bigr",
        "displaystyle",
        "textstyle",
        "small",
        "large",
        "tiny",
        "normalsize",
        "footnotesize",
        "scriptsize",
        "noindent",
        "uppercase",
        "lowercase",
        "MakeUppercase",
        "MakeLowercase",
        "selectlanguage",
        "foreignlanguage",
        "latinencoding",
        "cyrchar",
        "mkbibquote",
        "enquote",
        "xspace",
        "operatorname",
        "rmfamily",
        "bibstring",
        "limits",
        "nobreak",
        "allowbreak",
        "break",
        "hskip",
        "hfill",
        "string",
        "nocase",
        "mathchoice",
    ]
)
"""Commands that say how, not what: their arguments are read on."""

DROP_ARGUMENT: Final = frozenset(
    [
        "noopsort",
        "vphantom",
        "hphantom",
        "phantom",
        "label",
        "cite",
        "citep",
        "citet",
        "ref",
        "begin",
        "end",
        "vspace",
        "hspace",
        "href",
        "color",
        "footnotemark",
    ]
)
"""Commands whose (first) argument is no text."""

WRITTEN_TAGS: Final = {"i": "textit", "b": "textbf", "u": "underline", "sub": "textsubscript", "sup": "textsuperscript"}
"""Inline tag → command."""


def _scripts() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for code in (*range(0x2B0, 0x2B9), *range(0x1D2C, 0x1D6B), *range(0x2070, 0x209D)):
        kind, _, of = unicodedata.decomposition(chr(code)).partition(" ")
        base = chr(int(of, 16)) if kind in ("<super>", "<sub>") and " " not in of else ""
        if (base.isascii() and base or base == "−") and (kind, base) not in found.values():
            found[chr(code)] = (kind, base)
    return found


SCRIPTS: Final = {
    character: f"{{\\text{kind[1:-1]}script{{$-$}}}}" if base == "−" else f"{{\\text{kind[1:-1]}script {base}}}"
    for character, (kind, base) in _scripts().items()
    if character not in TEXT
}
"""Sub- and superscript digits, signs and letters: {\\textsubscript 2}; with braces, as tags are, it would be markup."""
