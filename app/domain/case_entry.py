"""The kinds of happening in the story of a case."""

from enum import StrEnum


class EntryKind(StrEnum):
    """STAGE entries are written by the rules, the others by people."""

    NOTE = "note"
    MEETING = "meeting"
    MEASUREMENT = "measurement"
    DECISION = "decision"
    HANDOVER = "handover"
    STAGE = "stage"
