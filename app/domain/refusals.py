"""Why the rules say no. `web/wording` gives each reason its sentence in the person's language."""

from enum import StrEnum


class Reason(StrEnum):
    """One reason for a refusal; the value is stable and may be logged."""

    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    WRONG_STATE = "wrong_state"
    CALL_NOT_OPEN = "call_not_open"
    CALL_CLOSED = "call_closed"
    CALL_STILL_OPEN = "call_still_open"
    JURY_NOT_OPEN = "jury_not_open"
    DECISIONS_SIGNED = "decisions_signed"
    DECISIONS_NOT_SIGNED = "decisions_not_signed"
    DECISIONS_INCOMPLETE = "decisions_incomplete"
    TOO_MANY_INVITED = "too_many_invited"
    SIGNED_BY_ANOTHER = "signed_by_another"
    EVENT_CLOSED = "event_closed"
    DAY_NOT_OVER = "day_not_over"
    EVENT_NOT_READY = "event_not_ready"
    EVENT_NOT_OVER = "event_not_over"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    OWN_ROLE = "own_role"
    BAD_ADDRESS = "bad_address"
    LANGUAGE_NEEDED = "language_needed"
    BUDGET_ORDER = "budget_order"
    HAS_APPLICATIONS = "has_applications"
    SCORING_BEGUN = "scoring_begun"
    UNKNOWN_CODE = "unknown_code"
    NOT_A_PICTURE = "not_a_picture"
    TRANSLATION_MISSING = "translation_missing"
    CHANGED_MEANWHILE = "changed_meanwhile"
    ALREADY_EXISTS = "already_exists"
    ALREADY_APPLIED = "already_applied"
    INCOMPLETE = "incomplete"
    MISSING_FIELD = "missing_field"
    NOT_A_PDF = "not_a_pdf"
    FILE_IS_LOCKED = "file_is_locked"
    FILE_TOO_LARGE = "file_too_large"
    NOT_A_KNOWN_FILE = "not_a_known_file"
    FILE_MAY_RUN = "file_may_run"
    FILE_REACHES_OUT = "file_reaches_out"
    FILE_TOO_HEAVY = "file_too_heavy"
    FILE_IS_INFECTED = "file_is_infected"
    FILE_NOT_CHECKED = "file_not_checked"
    TOO_MANY_FILES = "too_many_files"
    LINK_SPENT = "link_spent"
    LAST_OWNER = "last_owner"
    COMPANY_KNOWN = "company_known"
    IN_USE = "in_use"
    RELEASE_NAME_TAKEN = "release_name_taken"
    NOTHING_TO_RELEASE = "nothing_to_release"
    DAY_NOT_HELD = "day_not_held"
    STILL_AHEAD = "still_ahead"
    ENDS_BEFORE_START = "ends_before_start"
    STAGE_NEEDS_MORE = "stage_needs_more"
    SCORE_OUT_OF_RANGE = "score_out_of_range"
    BAD_BUSINESS_ID = "bad_business_id"


class Refused(Exception):
    """The rules refuse; `field` names the form field the reason belongs to, if it belongs to one."""

    def __init__(self, reason: Reason, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
