"""The word lists of matching, one place to read and change them."""

from __future__ import annotations

from typing import Final


def wordset(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


STOP: Final = wordset(
    "a an the of in on for and or to with by from at as is are be its their our into via using use during"
    " de la le les des du et en un une der die das und von im mit bei el los las y del al il e per da di"
)
"""Words that titles of one work gain and lose."""

ROMAN: Final = wordset("i ii iii iv v vi vii viii ix x xi xii")

TELLING: Final = ROMAN | wordset(
    "part parts protocol protocols rationale design erratum errata correction corrigendum retraction reply response"
    " comment commentary letter editorial update updated updates appendix supplement abstract addendum chapter edition"
    " section not no non without versus vs high low male female males females men women boys girls children child adult"
    " adults adolescent adolescents elderly infants mice mouse rats rat pigs rabbits dogs human humans type phase stage"
    " first second third fourth fifth one two three four five six seven eight nine ten early late acute chronic left"
    " right upper lower anterior posterior pre post prevention treatment diagnosis preliminary interim final pilot long"
    " short term year years month months follow followup japanese chinese korean european american british german"
    " french italian spanish indian"
)
"""Words (beside numbers) by which works of one series differ: titles that differ in one are two works, as a rule."""

SECTIONS: Final = wordset(
    "research article articles paper special issue section abstract abstracts editorial note notes contributions forum"
    " review reviews letter letters communication original volume number theory perspectives perspective regular column"
    " editor editors commentary invited introduction"
)
"""Names of a journal's sections, which stand beside its name at the head of a page."""

PLACEHOLDERS: Final = frozenset(
    ("not available", "title not available", "no title", "no title available", "untitled", "none", "n/a", "abstract")
    + ("research article", "original article", "article", "research paper", "paper", "invited paper", "special issue")
    + ("about the author", "about the authors")
)
"""What stands in a title's place where there is none: PubMed prints "[Not Available]." for a title that was never
translated (https://www.nlm.nih.gov/bsd/mms/medlineelements.html#ti), page heads name the section."""

NOT_NAMES: Final = wordset("et al and others jr sr dr prof md phd de la le van von der den del dos da di el")
"""Parts of names that lists keep or drop."""

NOBODY: Final = wordset(
    "research paper article original special issue editorial editors editor abstract perspective perspectives"
)
"""Words of a page's head that a program took for an author."""

JOURNAL_SMALL: Final = wordset(
    "the of and for in on to an de la le les des du et der die das und fur del y e do da dos di il en den van"
    " official publication"
)
"""Words that abbreviated journal names leave out (ISO 4)."""
