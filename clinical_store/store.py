"""ClinicalStore: every part of the record under one name, built once by `app/wiring`."""

from access import CareRelationships
from clinical_store.background import Backgrounds
from clinical_store.chart import Charts
from clinical_store.chat import Chats
from clinical_store.compositions import Compositions
from clinical_store.consent import Consents
from clinical_store.correction import Written, nothing_written
from clinical_store.corrections import Corrections
from clinical_store.files import Files
from clinical_store.final_pass import FinalPasses
from clinical_store.keys import KeyCabinet
from clinical_store.note_lists import NoteLists
from clinical_store.note_signing import Signing
from clinical_store.note_versions import NoteVersions
from clinical_store.notes import Notes
from clinical_store.participants import Participants
from clinical_store.patients import Patients
from clinical_store.phone import Phones
from clinical_store.ports import Accounts, NoteForm
from clinical_store.quality import Qualities
from clinical_store.recordings import Recordings
from clinical_store.summaries import Summaries
from clinical_store.summary import InPlainWords, as_signed
from clinical_store.transcript import Transcripts
from clinical_store.visit_list import VisitLists
from clinical_store.visits import Visits
from core.clock import Clock
from core.crypto import Keyring


class ClinicalStore(
    Patients,
    Visits,
    Backgrounds,
    VisitLists,
    Participants,
    Consents,
    Transcripts,
    Corrections,
    FinalPasses,
    Recordings,
    Compositions,
    Qualities,
    Notes,
    NoteVersions,
    Signing,
    NoteLists,
    Summaries,
    Chats,
    Files,
    Phones,
):
    """Each parent is one page of the store; methods take the caller's session first and never commit.

    `written`: how the spoken words of a correction are written. `in_plain_words`: a signed line as the patient reads
    it. `form`: how notes are laid out.
    """

    def __init__(
        self,
        keyring: Keyring,
        care: CareRelationships,
        accounts: Accounts,
        clock: Clock,
        written: Written = nothing_written,
        in_plain_words: InPlainWords = as_signed,
        form: NoteForm = NoteForm(),
    ) -> None:
        super().__init__(Charts(KeyCabinet(keyring), care), clock, accounts)
        self._written = written
        self._in_plain_words = in_plain_words
        self._form = form
