"""Text to sentences with mentions: spaCy's English tokeniser, sentence ends, concept and place matching.

Nothing is learned or downloaded: `spacy.blank("en")` and our own table.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from clinical_language.ailments import ailments
from clinical_language.concepts import body_parts, concepts, ordinary_uses, patterns
from clinical_language.functions import listed
from clinical_language.grammar import sensations
from clinical_language.lexicon import Lexicon
from clinical_language.model import Concept, Kind, Mention, Sentence
from clinical_language.plain_numbers import digits, is_split_decimal
from clinical_language.remembering import remembered
from clinical_language.spelling import guess_medicine
from clinical_language.wording import clean, fold

if TYPE_CHECKING:  # spaCy takes three seconds and brings torch: `serve` writes numbers without either
    from spacy.language import Language
    from spacy.tokens import Doc, Span

_END = frozenset({".", "?", "!", "\u2026", ";"})
_SPOKEN = {"n't": "not", "gon": "going", "na": "to", "wan": "want", "'cause": "because", "cos": "because",
           "ca": "can", "nt": "not", "yea": "yeah", "mum": "mother", "mom": "mother", "dad": "father",
           "tummy": "tummy", "mg": "milligram", "dunno": "know"}  # fmt: skip
_QUESTION = re.compile(
    r"^(?:(?:okay|ok|so|and|but|um|uh|er|well|now|right|alright|all right|yeah|yes|no|then|also|"
    r"sorry|just|great|good|i see|sure"
    r"|thank you|in terms of [a-z ]{3,30}|any|,|\.)\s)*?(?:"
    r"(?:do|does|did|have|has|had|are|is|was|were|can|could|would|will|any|what|what's|where|"
    r"whereabouts|when|how|who|why|which)"
    r"\s(?:you|he|she|it|they|there|that|this|the|your|any|anyone|anybody|anything|else|other|"
    r"not|of|about|'s|long|bad|"
    r"often|many|much|is|are|do|does|did|have|has|brings|brought|medicine|medicines|medication|"
    r"medications|seems|kind|"
    r"type|side|makes|fever|chest|pain|cough|nausea|allerg\w*|one|would|can|old|severe|strong|old)\b|"
    r"any\s\w+|allergies\b)"
)
_ASKS_TO_CONFIRM = re.compile(r"\b(?:is that (?:right|correct)|am i right)(?: \W)?$")
_ASKS_IF = re.compile(
    r"\b(?:(?:want|wanted|like|going|meant|have|need) to (?:ask|know|check)|wondering|wondered|"
    r"(?:can|could|may) i ask) "
    r"(?:you )?(?:if|whether) (?:you|he|she|there|it)\b"
)
_ASKS_INSIDE = re.compile(  # "besides the cough, do you have any fever"
    r"(?:^|[,-] |\b(?:and|or|but|so|okay|ok|oh|like|um|uh|then|also|now) )"
    r"(?:do|does|did|have|has|are|were) (?:you|he|she)\b(?! (?:know|'re|'ll|'ve)\b)"
)
_TAG = re.compile(
    r"(?:,|\s)\s*(?:okay|ok|all right|alright|is that okay)\s*\?$", re.IGNORECASE
)  # "We'll order a test, okay?"


_ORDINARY = "ordinary"  # label of a wording that takes the words a concept would otherwise be read in


@dataclass(frozen=True, slots=True)
class _Matchers:
    nlp: Language
    phrases: Lexicon
    parts: Lexicon


def _fold_norms(doc: Doc) -> Doc:
    for token in doc:
        token.norm_ = fold(_SPOKEN.get(token.lower_, token.norm_ or token.lower_))
    return doc


def _spoken(written: str) -> list[str]:
    """A table's word as the tokeniser would leave it in speech: hyphens apart, "'s" apart, folded."""
    apart = written.replace("-", " ").replace("/", " / ").replace("'s", " 's")
    return [fold(word) for word in apart.lower().split()]


@cache
def _matchers() -> _Matchers:
    """Built once per process (about half a second)."""
    import spacy

    places = ((part.name, (surface,)) for part in body_parts().values() for surface in part.surfaces)
    phrases = (*patterns(), *((_ORDINARY, pattern) for pattern in ordinary_uses()))
    return _Matchers(spacy.blank("en"), Lexicon(phrases, _spoken), Lexicon(places, _spoken))


def warm_up() -> None:
    """Build tables and matchers now, so that the first consult does not wait for them."""
    _matchers()


def words_of(doc: Doc | Span) -> list[str]:
    """Lower-case words with contractions opened, one per token."""
    return [_SPOKEN.get(token.lower_, _opened(token.lower_, token.norm_))[:_LONGEST_WORD] for token in doc]


def _opened(lower: str, norm: str) -> str:
    return {"'ve": "have", "'m": "am", "'re": "are", "'ll": "will", "ca": "can", "wo": "will"}.get(
        lower, lower
    )


_LONGEST_WORD = 40  # characters that are looked at
_LONGEST = 80  # words; bounds the work of every rule, whatever is fed in
_RUN_ON = 28  # words without a full stop before turns of speech are taken as sentence ends
_SUBJECT = frozenset("i we you it he she they your my the let for on there that this".split())
_SHORTEST = 4  # words that may be a sentence of their own before a question
_LINKS = frozenset({"and", "but", "so", "or"})
_ASKING = frozenset("do does did are is was were have has can could".split())
_ASKED = frozenset("you he she it they there that this any".split())
_TURN_OF_SPEECH = frozenset({"so", "okay", "alright", "now", "but", "anyway"})


def _pieces(doc: Doc, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Unpunctuated speech (some engines, some corpora) cut where a new thought begins; a question after a comma too."""
    if last - first <= _RUN_ON:
        yield from _asked_apart(doc, first, last)
        return
    start = first
    for at in range(first + 1, last - 3):
        word, following = doc[at].lower_, doc[at + 1].lower_
        begins = word in _TURN_OF_SPEECH or (word == "and" and following in _SUBJECT)
        fresh = word == "i" and following in {"'d", "will", "would", "want", "think", "am", "do", "'m", "'ll"}
        if at - start >= _LONGEST or (
            at - start >= 6
            and (begins or (fresh and at - start >= 10))
            and doc[at - 1].lower_ not in {"and", "if", "so", "that", "but"}
        ):
            yield start, at
            start = at
    yield start, last


def _asked_apart(doc: Doc, first: int, last: int) -> Iterator[tuple[int, int]]:
    """ "You said you have asthma, are you using an inhaler?" is a statement and a question."""
    start = first
    for at in range(first + 5, last - 2):
        if doc[at - 1].text == "," and at - start > _SHORTEST:
            begin = at + 1 if doc[at].lower_ in _LINKS else at
            if doc[begin].lower_ in _ASKING and doc[begin + 1].lower_ in _ASKED:
                yield start, at
                start = at
    yield start, last


def _is_decimal_point(doc: Doc, at: int) -> bool:
    first = max(0, at - 1)
    return is_split_decimal([token.text for token in doc[first : at + 3]], at - first)


def _bounds(doc: Doc) -> Iterator[tuple[int, int]]:
    first = 0
    for token in doc:
        if token.text in _END and not _is_decimal_point(doc, token.i):
            yield from _pieces(doc, first, token.i + 1)
        elif token.is_space:
            yield from _pieces(doc, first, token.i)
        else:
            continue
        first = token.i + 1
    if first < len(doc):
        yield from _pieces(doc, first, len(doc))


_DOSING = frozenset(
    "take taking took allergic prescribe prescribed milligram tablet dose daily start increase continue".split()
)


def _near_dosing(doc: Doc, at: int) -> bool:
    """Whether words of taking a medicine stand near: only there an unknown word is held against medicine names."""
    return any(token.norm_ in _DOSING for token in doc[max(0, at - 5) : at + 5])


def _with_spelling(spans: list[Span], doc: Doc) -> Iterator[tuple[Span, Concept, bool]]:
    table = concepts()
    taken = {i for span in spans for i in range(span.start, span.end)}
    for span in spans:
        yield span, table[span.label_], True
    for token in doc:
        if token.i not in taken and len(token) >= 8 and token.is_alpha and _near_dosing(doc, token.i):
            guessed = guess_medicine(token.lower_)
            if guessed is not None:
                yield doc[token.i : token.i + 1], guessed, False


_Found = tuple[Concept, int, int, bool]


@dataclass(slots=True)
class _Piece:
    """One sentence while it is read: token range of the doc, what the matchers found in it."""

    first: int
    last: int
    found: list[_Found] = field(default_factory=list)
    parts: list[tuple[str, int, int]] = field(default_factory=list)
    allergens: list[_Found] = field(default_factory=list)


def _words_with_tokens(doc: Doc) -> tuple[list[str], list[int]]:
    """Folded words, hyphens apart ("covid-19" -> covid, 19), each with the token it is from."""
    pairs = [
        (word, token.i)
        for token in doc
        for word in (token.norm_.split("-") if "-" in token.norm_[1:-1] else (token.norm_,))
        if word
    ]
    return [word for word, _ in pairs], [at for _, at in pairs]


def _read_pieces(doc: Doc) -> list[_Piece]:
    """Sentences with their concepts and body parts, each match put where it stands (linear in the text)."""
    from spacy.tokens import Span
    from spacy.util import filter_spans

    tools = _matchers()
    pieces = [_Piece(first, last) for first, last in _bounds(doc)]
    starts = [piece.first for piece in pieces]

    def piece_of(first: int, last: int) -> _Piece | None:
        piece = pieces[bisect_right(starts, first) - 1]
        return piece if last <= piece.last else None

    norms, tokens = _words_with_tokens(doc)

    def matches(lexicon: Lexicon) -> list[Span]:
        return [
            Span(doc, tokens[first], tokens[last - 1] + 1, label=label)
            for label, first, last in lexicon.find(norms)
        ]

    spans = sorted(matches(tools.phrases), key=lambda span: span.label_ != _ORDINARY)  # it wins a tie
    longest = filter_spans([s for s in spans if not s.label_.startswith("allergen.")])
    others = [span for span in longest if span.label_ != _ORDINARY]
    for span, concept, certain in _with_spelling(others, doc):
        if (piece := piece_of(span.start, span.end)) is not None:
            piece.found.append((concept, span.start, span.end, certain))
    for span in filter_spans(matches(tools.parts)):
        if (piece := piece_of(span.start, span.end)) is not None:
            piece.parts.append((span.label_, span.start, span.end))
    for span in filter_spans([s for s in spans if s.label_.startswith("allergen.")]):
        if (piece := piece_of(span.start, span.end)) is not None:
            piece.allergens.append((concepts()[span.label_], span.start, span.end, True))
    return pieces


def _concepts_of(doc: Doc, piece: _Piece) -> list[_Found]:
    """All concepts of a sentence; longest wins, a placed sensation over a plain one, allergens stay beside the rest."""
    found = piece.found
    norms = [token.norm_ for token in doc[piece.first : piece.last]]
    places = [(name, first - piece.first, last - piece.first) for name, first, last in piece.parts]
    for concept, begin, end in sensations(norms, places):
        first, last = begin + piece.first, end + piece.first
        inside = [f for f in found if f[1] < last and first < f[2]]
        if all(f[2] - f[1] <= last - first and f[0].kind is Kind.FINDING for f in inside):
            found = [f for f in found if f not in inside]
            found.append((concept, first, last, True))
    for concept, begin, end in ailments(norms, _named):
        first, last = begin + piece.first, end + piece.first
        inside = [f for f in found if f[1] < last and first < f[2]]
        if all(f[0].kind in {Kind.TEST, concept.kind} and f[2] - f[1] < last - first for f in inside):
            found = [f for f in found if f not in inside]
            found.append((concept, first, last, True))
    return [*found, *piece.allergens]


@cache
def _named(words: tuple[str, ...]) -> Concept | None:
    """The finding, condition or procedure whose wording these folded words are. Asked of the table's own words only."""
    labels = [
        label
        for label, first, last in _matchers().phrases.find(words)
        if (first, last) == (0, len(words)) and label.split(".")[0] in _NAMED_KINDS
    ]
    return concepts()[labels[0]] if labels else None


_NAMED_KINDS = frozenset({Kind.FINDING, Kind.CONDITION, Kind.PROCEDURE})


def _is_question(text: str, words: Sequence[str]) -> bool:
    tagged = len(words) > 6 and _TAG.search(text.rstrip())
    if text.rstrip().endswith("?") and not tagged:
        return True
    if _ASKS_TO_CONFIRM.search(" ".join(words)) or _ASKS_IF.search(" ".join(words)):
        return True
    asked = _QUESTION.match(" ".join(words) + " ") or _ASKS_INSIDE.search(" ".join(words))
    return bool(asked) and not text.rstrip().endswith("!")


@dataclass(frozen=True, slots=True)
class _Layout:
    """A text with its runs of blanks drawn together, and where each character stood before (None: where it is)."""

    text: str
    origins: list[int] | None

    def origin(self, at: int) -> int:
        """Offset in the original text of the character at `at`."""
        return at if self.origins is None else self.origins[at]


def _drawn_together(text: str) -> _Layout:
    """One blank for a run of them, so that markup and gaps between words are no words; a line's end stays one; letters
    spelt apart are one word.

    What has no blank for longer than any word is cut: the tokeniser's work grows with the square of it.
    """
    if not _BLANKS.search(text):
        return _Layout(text, None)
    parts: list[str] = []
    origins: list[int] = []
    at = 0
    for run in _BLANKS.finditer(text):
        if run["letters"]:
            parts += [text[at : run.start()], run[0].replace(" ", "")]
            origins += [*range(at, run.start()), *range(run.start(), run.end(), 2)]
            at = run.end()
            continue
        end = run.start() if run[0].isspace() else run.end()
        parts += [text[at:end], "\n" if "\n" in run[0] else " "]
        origins += [*range(at, end), run.start()]
        at = run.end()
    parts.append(text[at:])
    origins += range(at, len(text))
    return _Layout("".join(parts), origins)


def _numbered(words: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """`Sentence.plain` and `Sentence.offsets` of the words."""
    plain: list[str] = []
    offsets = [0] * len(words)
    length = 0
    merged = digits(list(words))
    for position, (word, at) in enumerate(merged):
        following = merged[position + 1][1] if position + 1 < len(merged) else len(words)
        for index in range(at, following):
            offsets[index] = length
        plain.append(word)
        length += len(word) + 1
    return " ".join(plain), tuple(offsets)


def _sentence(doc: Doc, piece: _Piece, layout: _Layout, clear: str) -> Sentence:
    """The piece as the value the rest of the pipeline reads. `clear`: the text before blanks were drawn together."""
    first = piece.first
    span = doc[first : piece.last]
    words = words_of(span)
    plain, offsets = _numbered(words)

    def end(at: int) -> int:
        return layout.origin(doc[at - 1].idx + len(doc[at - 1]) - 1) + 1

    found = _concepts_of(doc, piece)
    called: dict[int, str] = {}
    for concept, begin, stop, name in listed(words):
        if not any(f[1] < first + stop and first + begin < f[2] for f in found):
            found.append((concept, first + begin, first + stop, True))
            called[first + begin] = name
    mentions = tuple(
        Mention(
            c, a - first, b - first, layout.origin(doc[a].idx), end(b), doc[a:b].text, ok, called.get(a, "")
        )
        for c, a, b, ok in sorted(found, key=lambda f: (f[1], f[2], f[0].id))
    )
    start = layout.origin(span.start_char)
    text = clear[start : end(piece.last)]
    places = tuple((name, at - first) for name, at, _ in piece.parts)
    return Sentence(text, start, tuple(words), plain, offsets, mentions, places, _is_question(text, words))


@remembered
def read_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of one turn's text, with every concept that is mentioned in them."""
    clear = clean(text)
    layout = _drawn_together(clear)
    doc = _fold_norms(_matchers().nlp.tokenizer(layout.text))
    return tuple(
        _sentence(doc, piece, layout, clear)
        for piece in _read_pieces(doc)
        if any(token.is_alpha or token.like_num for token in doc[piece.first : piece.last])
    )


# Also letters that a transcript spells apart: "H I V", "I V". Any other two may be a vitamin and "I".
_BLANKS = re.compile(
    r"\s{2,}|[^\S ]|^\s+|(?P<letters>\b(?:I V|E R|G I|C T|(?:[A-Z] ){2,5}[A-Z])\b(?!'))|\S{60}(?=\S)"
)
