"""The parts of a reference compared one by one: titles, journals, pages, authors."""

from __future__ import annotations

import pytest

from evidence.formats import _names
from evidence.matching import journals, people, places, titles
from evidence.matching.places import Pages, pages


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Nerve gliding after release", "Nerve gliding after release.", "equal"),
        ("Haemolysis in a tumour: randomised", "Hemolysis in a tumor - randomized", "equal"),
        ("α-Synuclein and the median nerve", "alpha-synuclein and the Median Nerve", "equal"),
        ("Блокада срединного нерва на запястье", "Blokada sredinnogo nerva na zapyastye", "near"),
        ("Effets de l'épinéphrine sur le nerf médian", "Effets de l'epinephrine sur le nerf median", "equal"),
        ("Long-term outcome of nerve gliding. [Review] [33 refs]", "Long-term outcome of nerve gliding", "equal"),
        ("Nerve gliding after open release.[Erratum appears in J Inv", "Nerve gliding after open release", "equal"),
        ("[Nerve gliding after open release]. [Japanese]", "Nerve gliding after open release", "equal"),
        ("Nerve gliding of the hand <ORIGINAL> DESLIZAMIENTO", "Nerve gliding of the hand", "equal"),
        ("RETRACTED: Nerve gliding after open release", "Nerve gliding after open release", "equal"),
        ("The effects of gliding on the nerve", "Effects of gliding on nerve", "near"),
        ("Nerve gliding after openrelease in women", "Nerve gliding after open release in women", "equal"),
        ("Nerve gliding after opne release in women", "Nerve gliding after open release in women", "near"),
        ("Nerve gliding after open release", "Nerve gliding after open release: a pilot of ten hands", "cut"),
        ("Nerve gliding after open release in w", "Nerve gliding after open release in women", "cut"),
        ("Nerve gliding after open release 1", "Nerve gliding after open release", "cut"),
        ("Nerve gliding after open release in women", "Nerve bridging after open release in women", "alike"),
        ("Nerve gliding after open release", "Ultrasound of the carpal tunnel in runners", "unlike"),
        ("", "Nerve gliding after open release", "unknown"),
    ],
)
def test_titles(one: str, other: str, likeness: str) -> None:
    a, b = titles.make(one), titles.make(other)
    assert titles.compare(a, b).likeness == likeness
    assert titles.compare(b, a) == titles.compare(a, b)


@pytest.mark.parametrize(
    ("one", "other", "telling"),
    [
        ("Nerve gliding in the hand. Part I", "Nerve gliding in the hand. Part II", ("i", "ii")),
        ("Report of the hand registry 2012", "Report of the hand registry 2013", ("2012", "2013")),
        ("Nerve gliding in male runners of long distance", "Nerve gliding in female runners of long distance",
         ("female", "male")),
        ("Nerve gliding in the hand", "Nerve gliding in the hand: study protocol", ("protocol",)),
        ("Nerve gliding in the hand with HIV-1", "Nerve gliding in the hand with HIV-2", ("1", "2")),
    ],
)  # fmt: skip
def test_words_that_tell_two_works_apart(one: str, other: str, telling: tuple[str, ...]) -> None:
    assert titles.compare(titles.make(one), titles.make(other)).telling == telling


@pytest.mark.parametrize(
    ("title", "mark"),
    [
        ("Erratum: Nerve gliding in the hand", "erratum"),
        ("Correction to: Nerve gliding in the hand", "erratum"),
        ("Nerve gliding in the hand (vol 31, pg 1179, 2014)", "erratum"),
        ("Nerve gliding in the hand (Journal of Inventions (2014) 31 (1179-89))", "erratum"),
        ("Retraction: Nerve gliding in the hand", "retraction notice"),
        ("Expression of concern: Nerve gliding in the hand", "retraction notice"),
        ("Nerve gliding in the hand: authors' reply", "reply"),
        ("Nerve gliding in the hand - Reply", "reply"),
        ("In reply: nerve gliding", "reply"),
        ("Comment on: Nerve gliding in the hand", "comment"),
        ("Letter to the editor", "comment"),
    ],
)
def test_notices_announce_themselves(title: str, mark: str) -> None:
    assert titles.make(title).marks == {mark}


@pytest.mark.parametrize(
    "title",
    [
        "Correction of a flexion deformity of the hand",
        "Nerve response to stretch: a cadaver study",
        "Retraction of the flexor tendon in trigger finger",
        "RETRACTED: Nerve gliding in the hand",
        "Letter-writing and pain of the hand",
        "Reply time in nerve conduction studies",
    ],
)
def test_titles_that_only_sound_like_a_notice(title: str) -> None:
    assert titles.make(title).marks == frozenset()


@pytest.mark.parametrize(
    "title",
    [
        "Journal of Invented Hand Surgery",
        "Journal of Invented Hand Special Issue",
        "Journal of Invented Hand Surgery Journal of Invented Hand Surgery",
        "Journal of Invented Hand Surgery: Research Article in the Special Section",
        "Journa l of Invented Hand Surgery",
    ],
)
def test_the_head_of_a_page_is_no_title(title: str) -> None:
    assert titles.is_running_head(title, ("Journal of Invented Hand Surgery",))
    assert not titles.is_running_head(title + " turns fifty: a look back", ("Journal of Invented Hand Surgery",))


def test_a_name_torn_apart_is_the_head_of_a_page_whatever_follows() -> None:
    torn = "J ournal of I nvented Hand Sur gery"
    for title in (torn, torn + " Ultrasound in the hand, a special issue"):
        assert titles.is_running_head(title, ("Journal of Invented Hand Surgery",))
        assert not titles.is_running_head(title, ("Archives of Made-up Neurology",))


def test_a_title_printed_twice_counts_once() -> None:
    once = titles.make("Shaping the paths of nerves: dynamics of healing")
    twice = titles.make("Shaping the paths of nerves: Shaping the paths of nerves: dynamics of healing")
    assert twice == once


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("J Orthop Sports Phys Ther", "The Journal of Orthopaedic and Sports Physical Therapy", "same"),
        ("Proc Natl Acad Sci U S A", "Proceedings of the National Academy of Sciences of the United States of America",
         "same"),
        ("Am J Phys Med Rehabil", "American Journal of Physical Medicine & Rehabilitation", "same"),
        ("BMJ", "BMJ (Clinical research ed.)", "same"),
        ("NEJM", "New England Journal Medicine", "same"),
        ("Infect Agents Cancer", "Infectious Agents & Cancer [Electronic Resource]", "same"),
        ("Jthoraccardiovascsurg", "The Journal of thoracic and cardiovascular surgery", "same"),
        ("Zhongguo fei ai za zhi = Chinese journal of lung cancer", "CHINESE JOURNAL OF LUNG CANCER", "same"),
        ("Blood. Conference: 53rd Annual Meeting of the Society. San Diego", "Blood", "same"),
        ("Nephron", "Nephron - Clinical Practice", "close"),
        ("Journal of Hand Surgery", "Journal of Hand Therapy", "unlike"),
        ("Lancet", "Lancet Neurology", "close"),
        ("Pain", "Spine", "unlike"),
        ("Вопросы хирургии кисти", "Voprosy khirurgii kisti", "same"),
        ("", "Spine", "unknown"),
    ],
)  # fmt: skip
def test_journals(one: str, other: str, likeness: str) -> None:
    a, b = (journals.words(name) if name else () for name in (one, other))
    assert journals.compare(a, b) == likeness
    assert journals.compare(b, a) == likeness


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("1179-1189", Pages("", 1179, 1189)),
        ("1179-89", Pages("", 1179, 1189)),
        ("1179\u201389", Pages("", 1179, 1189)),
        ("pp. 12--15", Pages("", 12, 15)),
        ("S31-S32", Pages("s", 31, 32)),
        ("e0143396", Pages("e", 143396)),
        ("01-Aug", Pages("", 1, 8, 8)),
        ("23-Jul", Pages("", 23, 27, 7)),
        ("Aug-01", Pages("", 8, 1, 1)),
        ("no pagination", Pages()),
        ("", Pages()),
        ("0", Pages()),
    ],
)
def test_pages(printed: str, read: Pages) -> None:
    assert pages(printed) == read


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("1179-1189", "1179-89", "equal"),
        ("1179-1189", "1179", "first"),
        ("1-8", "01-Aug", "equal"),
        ("23-27", "23-Jul", "equal"),
        ("8-14", "Aug-08", "first"),
        ("c37-c42", "37-42", "first"),
        ("e0137960", "137960", "first"),
        ("e12724", "1-6", "near"),
        ("c1804", "1014", "near"),
        ("i428", "1428-1428", "near"),
        ("359", "356-359", "near"),
        ("2097-2108", "2297-2108", "near"),
        ("S2", "2-8", "near"),
        ("1179-1189", "51", "conflict"),
        ("A129", "44-51", "conflict"),
        ("", "51", "unknown"),
    ],
)
def test_pages_compared(one: str, other: str, likeness: str) -> None:
    assert places.compare_pages(pages(one), pages(other)) == likeness
    assert places.compare_pages(pages(other), pages(one)) == likeness


def test_numbers_of_a_volume() -> None:
    assert places.numbers("21 SUPPL. 1") == (21, 1)
    assert places.numbers("10 (11) (no pagination)") == (10, 11)
    assert places.numbers("3)") == (3,)
    assert places.numbers("Suppl") == ()


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Smith AB; Doe C", "Smith, Anna B.; Doe, Carl", "all"),
        ("Smith AB; Doe C; Roe D", "Smith, A. and others", "same"),
        ("Müller-Łuczak Z; Doe C", "Muller Luczak Z; Doe C", "all"),
        ("Le Quintrec M; Zuber J", "Le, Quintrec M.; Zuber, J.", "all"),
        ("Il Cheong, H.", "Cheong, H. I.", "same"),
        ("Иванов И. И.; Щукин Ю. А.", "Ivanov II; Shchukin, Yu. A.", "all"),
        ("Достоевський Ф. М.; Яценко Ж. З.", "Dostoevskyi FM; Yatsenko, Zh. Z.", "all"),
        ("Dinev T; Gerlach J", "Diney T; Gerlach J", "all"),
        ("Smith A", "Smith A; Doe C", "same"),
        ("Smith A; Doe C; Roe D; Poe E", "Smith A; Xu B; Yi C; Zhu D", "first"),
        ("Xu B; Doe C; Zhu D", "Smith A; Doe C; Roe D; Poe E", "some"),
        ("Smith A; Doe C", "Garcia E; Lopez F", "differ"),
        ("Invented Study Group", "Smith A", "unknown"),
        ("", "Smith A", "unknown"),
    ],
)
def test_people(one: str, other: str, likeness: str) -> None:
    a, b = (people.names(tuple(_names.people(text)[0]))[0] for text in (one, other))
    assert people.compare(a, b) == likeness
    assert people.compare(b, a) == likeness
