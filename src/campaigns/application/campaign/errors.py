"""How set-wide rules of campaigns are refused."""

from campaigns.domain.shared.errors import RefusedError


class NameTakenError(RefusedError):
    """Another campaign of this tenant, not deleted, has the name; upper and lower case do not tell names apart."""

    code = "campaign.name_taken"
