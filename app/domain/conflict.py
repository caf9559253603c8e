from enum import StrEnum


class Source(StrEnum):
    JUROR = "juror"
    ORGANIZER = "organizer"


class Ground(StrEnum):
    PARTY = "party"
