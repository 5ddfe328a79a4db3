"""LaTeX in field values to markup. Own scanner for what bibliographies hold; pylatexenc for symbols it does not know.

The whole of pylatexenc over every value takes 188 s for 10,000 records; this takes about a second.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import lru_cache
from typing import Final

from pylatexenc.latex2text import LatexNodes2Text

from evidence.formats import _latex_table as table
from evidence.formats import _markup
from evidence.records import Markup
from evidence.text import balanced, clean, plain

_TOKEN: Final = re.compile(
    rf"(?P<html>(?i:{_markup.TAG}))"
    rf"|\\?(?P<entity>(?i:{_markup.ENTITY}))"
    r"|\\(?P<acc>[`'^\"~=.])\s*(?:\{(?P<a1>\s*\\[ij](?![A-Za-z])\s*|[^{}\\]?)\}|(?P<a2>\\[ij](?![A-Za-z])\s*|[^\W\d_]))"
    r"|\\(?P<letter>[cvuHkbdrt])(?:\s*\{(?P<l1>\s*\\[ij](?![A-Za-z])\s*|[^{}\\]{0,4})\}"
    r"|\s+(?P<l2>\\[ij](?![A-Za-z])|[^\W\d_])(?![A-Za-z]))"
    r"|\\(?P<word>[A-Za-z]+)\*?\s*"
    r"|\\(?P<symbol>.)"
    r"|(?P<straight>\{(?:``|'')\})|(?P<tie>~)|(?P<dollar>\$)|(?P<open>\{)|(?P<close>\})|(?P<script>[_^])|(?P<dashes>-{2,3})|(?P<quotes>``|'')",
    re.S,
)
_STARTS: Final = re.compile(r"[<&\\~${}_^`]|--|''")
"""What every token begins with."""
_ARGUMENT: Final = re.compile(r"\s*\{([^{}]*)\}")
_ONE_LETTER: Final = re.compile(r"\{?([^\W_])\}?")
_GLYPH: Final = re.compile(r"\{([0-9A-Fa-f]{4})\}")
_VERBATIM: Final = ("url", "nolinkurl", "path")
_CACHED: Final = 300
"""Longest value that is remembered once decoded: names and journals come again, abstracts do not."""

_CONTROL_SYMBOLS: Final = {
    ",": " ",
    ";": " ",
    ":": " ",
    ">": " ",
    "\\": " ",
    "\n": " ",
    "!": "",
    "-": "",
    "/": "",
    "@": "",
}
_SUPERSCRIPT_SIGNS: Final = {"<sup>°</sup>": "°", "<sup>′</sup>": "′"}


# What most values hold and what we write: one command, accent or sign, complete in itself. Every alternative begins
# with a character, not with a group: so `re` looks for these characters first, instead of trying each place.
_SIMPLE: Final = re.compile(
    r"\{\$?\\(?P<word>[A-Za-z]+)\$?\}"
    r"|\{\\(?:(?P<acc>[`'^\"~=.])(?P<a>[A-Za-z])|(?P<letter>[cvuHkrdh]|horn|textcommabelow)\{(?P<l>[A-Za-z])\})\}"
    r"|\{\\(?P<outer>[`'^\"~=.cvuHkrdh]|textcommabelow)"
    r"\{\\(?:(?P<inner>[`'^\"~=.])(?P<n>[A-Za-z])|(?P<within>[uvHr]|horn)\{(?P<m>[A-Za-z])\})\}\}"
    r"|\{(?P<script>\\text(?:sub|super)script(?: [A-Za-z0-9+=()]|\{\$-\$\}))\}|\{\$(?P<alone>[-<>|])\$\}"
    r"|\{\\unicodechar\{(?P<code>[1-9]\d{2,6})\}\}"
    r"|\\(?P<sign>[%&#_$])"
    r"|\{(?P<straight>``|'')\}"
)
# A character that would be syntax to the scanner waits in the private use area until the scan is over.
_SYNTAX: Final = "\\{}$~^_&<>%#-'`\""
_HIDDEN: Final = {ord(c): chr(0xE000 + ord(c)) for c in _SYNTAX}
_SHOWN: Final = {0xE000 + ord(c): _markup.escape(c) for c in _SYNTAX}
_SIGNS: Final = {c: c.translate(_HIDDEN) for c in "%&#_$"}
_SCRIPTS: Final = {written: shown for shown, written in table.SCRIPTS.items()}
_WORDS: Final = {word: shown.translate(_HIDDEN) for word, shown in table.SYMBOLS.items()}
_PRIVATE: Final = re.compile("[\ue000-\ue07f]")


# MathSciNet's own commands, which stand in the names of its BibTeX (AMS, mathscinet.sty,
# https://ctan.org/pkg/amsrefs ).
_WORD_ACCENTS: Final = table.WORD_ACCENTS | {
    "ocirc": "\u030a", "soft": "\u030c", "polhk": "\u0328", "udot": "\u0323", "lfhook": "\u0326", "utilde": "\u0330",
}  # fmt: skip
_LETTERS: Final = {"cprime": "\u02b9", "cdprime": "\u02ba", "dbar": "đ", "Dbar": "Đ"}


def _needs(value: str) -> bool:
    """Whether a value has LaTeX's syntax. Four looks for one character take a tenth of a pattern's time."""
    return "\\" in value or "{" in value or "}" in value or "$" in value


def markup(value: str) -> Markup:
    """A BibTeX value, its delimiters gone, as markup."""
    if not _needs(value):
        return _markup.read(ligatures(value))
    return _decoded(value) if len(value) <= _CACHED else _decode(value)


def _decode(value: str) -> Markup:
    if (not value.isascii() and _PRIVATE.search(value)) or "unicodechar{57" in value:  # that may be one of them
        return _Scanner(value).run()
    value = _SIMPLE.sub(_simple, value)
    found = _Scanner(value).run() if _needs(value) or "~" in value else _markup.read(ligatures(value))
    # Not `translate`: beyond ASCII it takes a hundred times as long for the few that are there.
    return found if found.isascii() else Markup(_PRIVATE.sub(_shown, found))


def _shown(match: re.Match[str]) -> str:
    """The syntax that a character of the private use area stands for."""
    return _SHOWN.get(ord(match[0]), match[0])


def _simple(match: re.Match[str]) -> str:
    if match["sign"]:
        return _SIGNS[match["sign"]]
    if match["straight"]:  # see _latex_encode.OPENING
        return _HIDDEN[ord('"')]
    if match["word"]:
        return _WORDS.get(match["word"]) or match[0]
    if match["code"]:
        return _character(match["code"]) or match[0]
    if match["outer"]:
        marks = table.ACCENTS[match["inner"] or match["within"]] + table.ACCENTS[match["outer"]]
        return unicodedata.normalize("NFC", (match["n"] or match["m"]) + marks)
    if match["script"]:
        return _SCRIPTS.get(match[0]) or match[0]
    if match["alone"]:
        return "−" if match["alone"] == "-" else match["alone"].translate(_HIDDEN)
    combining = table.ACCENTS[match["acc"] or match["letter"]]
    return unicodedata.normalize("NFC", (match["a"] or match["l"]) + combining)


def _character(code: str) -> str:
    """The character of a decimal code point beyond ASCII, or empty where there is none."""
    number = int(code)
    return chr(number) if 0x80 <= number < 0xD800 or 0xDFFF < number < 0x110000 else ""


def text(value: str) -> str:
    """A BibTeX value as the characters a reader sees."""
    if not value or (value.isascii() and value.isalnum()):
        return value  # a volume, a year, a name of one word: nothing to decode or to clean
    return plain(markup(value)) if _needs(value) else _markup.read_plain(ligatures(value))


def ligatures(value: str) -> str:
    """TeX's input conventions for dashes and quotation marks."""
    if "--" in value:
        value = re.sub("(?<!-)---(?!-)", "—", value)
        value = re.sub("(?<!-)--(?!-)", "–", value)
    return value.replace("``", "“").replace("''", "”") if "``" in value or "''" in value else value


@lru_cache(maxsize=4096)
def _decoded(value: str) -> Markup:
    return _decode(value)


class _Scanner:
    """One pass over a value; `stack` holds what closes each open group, so that nothing recurses."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.out: list[str] = []
        self.stack: list[str] = []
        self.math = False
        self.dollars = _math_dollars(value)
        self.at = 0

    def run(self) -> Markup:
        value = self.value
        while True:
            match = self.next()
            if match is None:
                break
            self.out.append(_markup.escape(value[self.at : match.start()]))
            self.at = match.end()
            self.token(match)
        self.out.append(_markup.escape(value[self.at :]))
        self.out += reversed(self.stack)
        found = clean("".join(self.out))
        for written, sign in _SUPERSCRIPT_SIGNS.items():
            found = found.replace(written, sign)
        return balanced(Markup(found))

    def next(self) -> re.Match[str] | None:
        """The next token. `_TOKEN` itself cannot be looked for: what it begins with is not plain to `re`."""
        for start in _STARTS.finditer(self.value, self.at):
            match = _TOKEN.match(self.value, start.start())
            if match is not None:
                return match
        return None

    def emit(self, characters: str) -> None:
        self.out.append(_markup.escape(characters))

    def token(self, match: re.Match[str]) -> None:
        kind = match.lastgroup or ""
        if match["html"]:
            self.out.append(_markup.tag_of(match))
        elif match["entity"]:
            self.emit(_markup.unescape_once(match["entity"]))
        elif match["acc"]:
            self.accent(
                table.ACCENTS[match["acc"]], match["a1"] if match["a1"] is not None else match["a2"], match["acc"]
            )
        elif match["letter"]:
            self.accent_letter(match)
        elif match["word"]:
            self.word(match["word"])
        elif match["symbol"]:
            self.symbol(match["symbol"])
        else:
            self.punctuation(match[0], kind)

    def accent(self, combining: str, base: str, alone: str) -> None:
        base = base.strip().removeprefix("\\").replace("ı", "i").replace("ȷ", "j")
        self.emit(base[:1] + combining + base[1:] if base else alone)

    def accent_letter(self, match: re.Match[str]) -> None:
        base = match["l1"] if match["l1"] is not None else match["l2"]
        self.accent(table.ACCENTS[match["letter"]], base, "")

    def symbol(self, symbol: str) -> None:
        if symbol in "()[]":
            self.math = symbol in "(["
        else:
            self.emit(_CONTROL_SYMBOLS.get(symbol, symbol))

    def punctuation(self, found: str, kind: str) -> None:
        if kind == "straight":
            self.emit('"')
        elif kind == "open":
            self.stack.append("")
        elif kind == "close":
            if self.stack:
                self.out.append(self.stack.pop())
            else:
                self.emit("}")
        elif kind == "dollar":
            if self.at - 1 in self.dollars:
                self.math = not self.math
            else:
                self.emit("$")
        elif kind == "script":
            self.script(found)
        elif kind == "tie":
            self.tie()
        elif kind == "dashes":
            self.emit("–" if found == "--" else "—")
        else:
            self.emit("“" if found == "``" else "”")

    def tie(self) -> None:
        """A tie is a space; "~5 mg" means about, "10~20" means to."""
        before, after = self.value[max(self.at - 2, 0) : self.at - 1], self.value[self.at : self.at + 1]
        joins = before.strip(" (\n\t") and after.strip() and not (before.isdigit() and after.isdigit())
        self.emit(" " if joins else "~")

    def script(self, sign: str) -> None:
        """Sub- and superscripts, in mathematics only: their argument is a group, a command or one character."""
        if not self.math:
            self.emit(sign)
            return
        tag = "sub" if sign == "_" else "sup"
        rest = self.value[self.at : self.at + 60]
        if rest.startswith("{"):
            self.at += 1
            self.stack.append(f"</{tag}>")
            self.out.append(f"<{tag}>")
            return
        command = re.match(r"\\([A-Za-z]+)", rest)
        if command:
            self.at += command.end()
            self.out.append(f"<{tag}>{_markup.escape(_symbol(command[1]) or '')}</{tag}>")
        elif rest and rest[0] not in "}$\\":
            self.at += 1
            self.out.append(f"<{tag}>{_markup.escape(rest[0])}</{tag}>")

    def word(self, word: str) -> None:
        """A command: a tag, a switch, a symbol, an accent, or something that says nothing."""
        followed = self.value[self.at : self.at + 1] == "{"
        if word in table.TAGS and followed:
            self.at += 1
            self.stack.append(f"</{table.TAGS[word]}>")
            self.out.append(f"<{table.TAGS[word]}>")
        elif word in table.SWITCHES:
            tag = table.SWITCHES[word]
            if self.stack and tag not in self.stack[-1]:
                self.stack[-1] = f"</{tag}>" + self.stack[-1]
                self.out.append(f"<{tag}>")
        elif word in table.DROP_ARGUMENT:
            argument = _ARGUMENT.match(self.value, self.at)
            self.at = argument.end() if argument else self.at
        elif word in _VERBATIM:
            address = _ARGUMENT.match(self.value, self.at)
            if address:
                self.at = address.end()
                self.emit(address[1])
        elif word in _WORD_ACCENTS:
            base = _ONE_LETTER.match(self.value, self.at)
            if base:
                self.at = base.end()
                self.emit(base[1] + _WORD_ACCENTS[word])
        elif word == "frac" and followed:
            self.at += 1
            self.stack.append("/")
        elif word == "ElsevierGlyph":
            self.glyph()
        elif word == "unicodechar":
            self.numbered()
        elif word not in table.NO_OUTPUT and word not in table.TAGS:
            found = _symbol(word)
            self.emit(found if found is not None else f"\\{word}{'' if followed else ' '}")

    def glyph(self) -> None:
        code = _GLYPH.match(self.value, self.at)
        if code:
            self.at = code.end()
            self.emit(chr(int(code[1], 16)))

    def numbered(self) -> None:
        """The character that `_latex_encode` wrote by its number."""
        code = re.compile(r"\{(\d{1,7})\}").match(self.value, self.at)
        if code:
            self.at = code.end()
            self.emit(_character(code[1]))


def _symbol(word: str) -> str | None:
    """The character a command stands for; None for a command that nothing knows."""
    known = table.SYMBOLS.get(word, _LETTERS.get(word))
    if known is not None:
        return known
    if word in table.NO_OUTPUT or word in table.TAGS:
        return ""
    return _from_library(word)


@lru_cache(maxsize=1024)
def _from_library(word: str) -> str | None:
    logger = logging.getLogger("pylatexenc")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        found = str(LatexNodes2Text().latex_to_text(f"\\{word}")).strip()
    except Exception:  # whatever the library does with a command it does not know
        return None
    finally:
        logger.setLevel(level)
    return found if found and len(found) <= 3 else None


def _math_dollars(value: str) -> frozenset[int]:
    """Positions of the dollar signs that delimit mathematics; "$5 and $6" has none."""
    signs = [m.start() for m in re.finditer(r"(?<!\\)\$", value)] if "$" in value else []
    if len(signs) % 2:
        return frozenset()
    pairs = zip(signs[::2], signs[1::2], strict=True)
    return frozenset(p for a, b in pairs if _is_math(value[a + 1 : b], value[b + 1 : b + 2]) for p in (a, b))


def _is_math(content: str, after: str) -> bool:
    if not content or len(content) > 400:
        return False
    if re.search(r"[\\_^{}]", content):
        return True
    money = content[0].isdigit() and after.isdigit()
    return not money and not content[0].isspace() and not content[-1].isspace()
