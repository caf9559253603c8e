"""Names for the kinds of identity, so that a company's id cannot be passed where a city's is meant."""

from typing import NewType

CityId = NewType("CityId", int)
UnitId = NewType("UnitId", int)
PlatformId = NewType("PlatformId", int)
PersonId = NewType("PersonId", int)
CompanyId = NewType("CompanyId", int)
EventId = NewType("EventId", int)
ChallengeId = NewType("ChallengeId", int)
CriterionId = NewType("CriterionId", int)
ApplicationId = NewType("ApplicationId", int)
AttachmentId = NewType("AttachmentId", int)
PlaceId = NewType("PlaceId", int)
SessionId = NewType("SessionId", int)
CaseId = NewType("CaseId", int)
