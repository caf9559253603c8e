"""The tables. Importing this package knows them all, as the migrations need."""

from app.models.application import Application, Attachment, Decision, DecisionDocument
from app.models.city import City, Cpv, IdentityProvider, Platform, Unit
from app.models.company import Company, CompanyMember
from app.models.event import Challenge, Criterion, Event
from app.models.followup import CaseEntry, FollowUpCase
from app.models.jury import Assignment, Conflict, JurySeat, Score, ScoreSheet
from app.models.person import (
    CityMember,
    ConnectedAccount,
    Handshake,
    KeptForm,
    Passkey,
    Person,
    SentForm,
    SignInLink,
    WebSession,
)
from app.models.programme import Document, Place, ProgrammeRelease, ProgrammeSession
from app.models.record import AuditEvent, AuditHead, Job, JobState, MailState, OutgoingMail, RateCount
from app.models.retention import Hold, Removal

__all__ = [
    "Application",
    "Assignment",
    "Attachment",
    "AuditEvent",
    "AuditHead",
    "CaseEntry",
    "Challenge",
    "City",
    "CityMember",
    "Company",
    "CompanyMember",
    "Conflict",
    "ConnectedAccount",
    "Cpv",
    "Criterion",
    "Decision",
    "DecisionDocument",
    "Document",
    "Event",
    "FollowUpCase",
    "Handshake",
    "Hold",
    "IdentityProvider",
    "Job",
    "JobState",
    "JurySeat",
    "KeptForm",
    "MailState",
    "OutgoingMail",
    "Passkey",
    "Person",
    "Place",
    "Platform",
    "ProgrammeRelease",
    "ProgrammeSession",
    "RateCount",
    "Removal",
    "Score",
    "ScoreSheet",
    "SentForm",
    "SignInLink",
    "Unit",
    "WebSession",
]
