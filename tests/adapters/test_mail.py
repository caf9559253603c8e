"""What is written into the head of a mail stays one line of it."""

from typing import Any

import pytest

from app.adapters import clock, mail
from app.config import Settings
from app.models import OutgoingMail


@pytest.mark.parametrize("end_of_line", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("field", ["to_name", "to_email", "subject"])
def test_no_line_can_be_added_to_the_head(field: str, end_of_line: str) -> None:
    written: dict[str, Any] = {"to_name": "Maija", "to_email": "maija@example.org", "subject": "Kutsu"}
    written[field] += f"{end_of_line}Bcc: eve@example.org"
    queued = OutgoingMail(kind="x", body="x", locale="fi", message_id="<1@x>", created_at=clock.now(), **written)
    with pytest.raises(mail.NotSent) as refused:
        mail.compose(Settings(), queued)
    assert refused.value.for_good
