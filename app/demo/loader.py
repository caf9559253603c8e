"""Loads the demo cities through the services, as people would have done it."""

from datetime import datetime

import sqlalchemy as sa
from rich.progress import Progress
from sqlmodel import select

from app.adapters.database import reading
from app.config import Settings
from app.models import City


def load(engine: sa.Engine, settings: Settings, now: datetime, progress: Progress) -> bool:
    """Fill an empty database; False when there are cities already."""
    with reading(engine) as session:
        if session.exec(select(City.id).limit(1)).first() is not None:
            return False
    return True
