"""How this context refuses."""

from campaigns.domain.shared.errors import InvalidError, NotFoundError, RefusedError


class InvalidAudienceError(InvalidError):
    """Criteria, a segment, a filter or a rule cannot be used; every problem is listed."""

    code = "audience.invalid_rules"


class SegmentNotFoundError(NotFoundError):
    code = "audience.segment_not_found"


class SegmentNameTakenError(RefusedError):
    code = "audience.segment_name_taken"


class SuppressionNotFoundError(NotFoundError):
    code = "audience.suppression_not_found"


class ImportNotFoundError(NotFoundError):
    code = "audience.import_not_found"


class InvalidCapsError(InvalidError):
    code = "audience.invalid_caps"


class ErasureNotFoundError(NotFoundError):
    code = "audience.erasure_not_found"


class UnreadableImportError(InvalidError):
    """The upload cannot be taken in as it is."""

    code = "audience.import_invalid"
