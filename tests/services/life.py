"""Lives in every order that chance finds, beside a small model of what must be.

Each act is legal or it is not, and the services have to agree with the model; what must always hold is looked at after
every act.
"""

from collections.abc import Callable
from typing import ClassVar

from hypothesis.stateful import RuleBasedStateMachine
from sqlmodel import select

from app.adapters.database import WriteSession, one_moment
from app.domain.refusals import Refused
from app.models import AuditEvent
from app.queries import audit_chain
from tests.world import World


class Life(RuleBasedStateMachine):
    """Acts in transactions of their own; a refused one leaves no trace."""

    world: ClassVar[World]
    number: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        Life.number += 1
        self.city = self.world.city(f"city-{Life.number}", f"Kaupunki {Life.number}")

    def succeeds(self, act: Callable[[WriteSession], object]) -> bool:
        """True unless the rules refuse; then every row of the trail is as before."""
        before = self._trail()
        try:
            with self.world.change() as session:
                act(session)
        except Refused:
            assert self._trail() == before, "a refused act was told in the trail"
            return False
        return True

    def _trail(self) -> list[int]:
        with one_moment(self.world.engine) as session:
            mine = select(AuditEvent.id).where(AuditEvent.city_id == self.city.id)
            return sorted(session.exec(mine))

    def teardown(self) -> None:
        """The chain of the whole life holds."""
        with one_moment(self.world.engine) as session:
            chains = {chain.city: chain for chain in audit_chain.checked(session, lambda: None)}
        assert chains[self.city.slug].broken is None
