"""Which city a row belongs to.

A session that was not told its cities may touch no table of `OF_A_CITY`, and PostgreSQL has a policy for each of them,
made by a migration and compared with this in a test.
"""

BY_COLUMN: dict[str, str] = {
    "application": "city_id",
    "audit_event": "chain",
    "audit_head": "chain",
    "challenge": "city_id",
    "connected_account": "city_id",
    "event": "city_id",
    "follow_up_case": "city_id",
    "handshake": "city_id",
    "hold": "city_id",
    "identity_provider": "city_id",
    "outgoing_mail": "city_id",
    "platform": "city_id",
    "removal": "city_id",
    "unit": "city_id",
}
"""The city stands in the row. Chain 0 is the installation's and open to all: a person invited by a city is told there.
A mail or a handshake without a city is open to none."""

BY_PARENT: dict[str, dict[str, str]] = {
    "assignment": {"application_id": "application"},
    "attachment": {"application_id": "application", "case_id": "follow_up_case"},
    "case_entry": {"case_id": "follow_up_case"},
    "conflict": {"application_id": "application"},
    "criterion": {"event_id": "event"},
    "decision": {"event_id": "event"},
    "decision_document": {"event_id": "event"},
    "document": {"release_id": "programme_release"},
    "place": {"event_id": "event"},
    "programme_release": {"event_id": "event"},
    "programme_session": {"event_id": "event"},
    "score": {"sheet_id": "score_sheet"},
    "score_sheet": {"application_id": "application"},
}
"""The city is that of the row which the column names; where there are two columns, one of them is filled."""

OF_NO_CITY: dict[str, str] = {
    "city": "the cities themselves: their names are public, and the address of a page names one",
    "city_member": "read to know who asks, before a city is known",
    "company": "one record across all cities; only its members and those it applied to find it",
    "company_member": "read to know who asks",
    "cpv": "the European list of codes",
    "job": "what the worker does; holds numbers only",
    "jury_seat": "read to know who asks",
    "kept_form": "of a browser that is not signed in",
    "passkey": "of a person",
    "person": "one person across all cities",
    "rate_count": "keyed hashes",
    "sent_form": "hashes, and where an answer led",
    "sign_in_link": "of a person",
    "web_session": "of a person",
}
"""Why a table has no city."""

OF_A_CITY = frozenset(BY_COLUMN) | frozenset(BY_PARENT)
