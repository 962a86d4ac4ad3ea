"""Which words of an utterance that goes on can be relied on: local agreement of two hearings (LocalAgreement-2).

Macháček, Dabre, Bojar, "Turning Whisper into Real-Time Transcription System" (2023), section 3, after Liu et al.
(2020): a word is firm once two hearings in a row agree on everything up to it. Theirs cuts the sound at the firm
words and repeats the tail at the end of the stream; here every hearing is of the whole open utterance, and the closed
utterance is heard once more by itself and replaces all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcription.model import Word


@dataclass(frozen=True, slots=True)
class Agreement:
    """The words of an open utterance so far.

    ``firm``: agreed on; they never change and never become fewer. ``loose``: as the newest hearing has it from there
    on.
    """

    firm: tuple[Word, ...] = ()
    loose: tuple[Word, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """All words to be shown, the firm ones first."""
        return self.firm + self.loose

    def heard(self, words: Sequence[Word]) -> Agreement:
        """After one more hearing of the whole utterance, longer than the one before.

        Silence heard where words were before (an engine's lapse) leaves everything as it is.
        """
        if not words:
            return self
        rest = tuple(words[_covered(self.firm, words) :])
        agreed = 0
        while agreed < min(len(rest), len(self.loose)) and _same(rest[agreed], self.loose[agreed]):
            agreed += 1
        return Agreement(self.firm + rest[:agreed], rest[agreed:])


def _covered(firm: Sequence[Word], words: Sequence[Word]) -> int:
    """How many of `words` say what `firm` says: the beginning that is nearest to it by edit distance.

    Of equally near ones that whose length is nearest to that of `firm`. What they share at their
    beginning, mostly all of it, is passed over at once.
    """
    wanted, heard = [_plain(word) for word in firm], [_plain(word) for word in words]
    alike = 0
    while alike < min(len(wanted), len(heard)) and wanted[alike] == heard[alike]:
        alike += 1
    distance = _distances(wanted[alike:], heard[alike:])
    rest = len(wanted) - alike
    return alike + min(range(len(distance)), key=lambda at: (distance[at], abs(at - rest)))


def _distances(wanted: Sequence[str], heard: Sequence[str]) -> list[int]:
    """Edit distance of `wanted` to each beginning of `heard`, the empty one first."""
    distance = list(range(len(heard) + 1))
    for number, word in enumerate(wanted, 1):
        above, distance[0] = distance[0], number
        for at, other in enumerate(heard, 1):
            above, distance[at] = (
                distance[at],
                min(above + (word != other), distance[at] + 1, distance[at - 1] + 1),
            )
    return distance


def _same(one: Word, other: Word) -> bool:
    return _plain(one) == _plain(other)


def _plain(word: Word) -> str:
    """Without case and punctuation: "Pain," agrees with "pain". A mark alone stays itself."""
    letters = "".join(character for character in word.text.casefold() if character.isalnum())
    return letters or word.text
