"""What the classes mean into which providers sort mails that could not be delivered. The tables are the rule.

Amazon SES: "Bounce types" of its notification contents. Twilio SendGrid: "Event Webhook", bounces and drops.
Mailgun: "Events", severity and reason. Postmark: "Bounce API", bounce types. A class unknown here is judged by the
status code and words that come with it.
"""

from collections.abc import Mapping
from enum import StrEnum

from campaigns.domain.delivery.refusals import is_hard_bounce


class Failing(StrEnum):
    """`soft`: this mail was lost, the address may be fine. `nothing`: it is still under way, or nobody was refused."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    REPLIED = "replied"
    NOTHING = "nothing"


SES: Mapping[tuple[str, str], Failing] = {
    ("Permanent", "General"): Failing.HARD,
    ("Permanent", "NoEmail"): Failing.HARD,
    ("Permanent", "Suppressed"): Failing.HARD,
    ("Permanent", "OnAccountSuppressionList"): Failing.HARD,
    ("Permanent", "UnsubscribedRecipient"): Failing.UNSUBSCRIBED,
    ("Transient", "General"): Failing.SOFT,
    ("Transient", "MailboxFull"): Failing.SOFT,
    ("Transient", "MessageTooLarge"): Failing.SOFT,
    ("Transient", "CustomTimeoutExceeded"): Failing.SOFT,
    ("Transient", "ContentRejected"): Failing.SOFT,
    ("Transient", "AttachmentRejected"): Failing.SOFT,
    ("Undetermined", "Undetermined"): Failing.SOFT,
}
"""By bounceType and bounceSubType."""

_SES_TYPES: Mapping[str, Failing] = {
    "Permanent": Failing.HARD,
    "Transient": Failing.SOFT,
    "Undetermined": Failing.SOFT,
}

SENDGRID_BOUNCES: Mapping[str, Failing] = {
    "Invalid Address": Failing.HARD,
    "Mailbox Unavailable": Failing.SOFT,
    "Content": Failing.SOFT,
    "Reputation": Failing.SOFT,
    "Frequency or Volume Too High": Failing.SOFT,
    "Technical Failure": Failing.SOFT,
    "Technical": Failing.SOFT,
}
"""By bounce_classification; "Unclassified" is judged by its words. What is of type `blocked` is soft whatever it is."""

SENDGRID_DROPS: Mapping[str, Failing] = {
    "Bounced Address": Failing.HARD,
    "Invalid": Failing.HARD,
    "Unsubscribed Address": Failing.UNSUBSCRIBED,
    "Spam Reporting Address": Failing.COMPLAINED,
    "Invalid SMTPAPI header": Failing.SOFT,
    "Spam Content": Failing.SOFT,
    "Spam Content (if Spam Checker app is enabled)": Failing.SOFT,
    "Recipient List over Package Quota": Failing.SOFT,
}
"""By reason: what it did not even try to deliver."""

MAILGUN: Mapping[tuple[str, str], Failing] = {
    ("permanent", "suppress-bounce"): Failing.HARD,
    ("permanent", "suppress-unsubscribe"): Failing.UNSUBSCRIBED,
    ("permanent", "suppress-complaint"): Failing.COMPLAINED,
    ("permanent", "old"): Failing.SOFT,
    ("permanent", "espblock"): Failing.SOFT,
    ("permanent", "greylisted"): Failing.SOFT,
}
"""By severity and reason; `bounce`, `hardfail`, `generic` are judged by their words. Temporary: it goes on trying."""

POSTMARK: Mapping[int, Failing] = {
    1: Failing.HARD,  # HardBounce
    2: Failing.SOFT,  # Transient
    16: Failing.UNSUBSCRIBED,  # Unsubscribe
    32: Failing.NOTHING,  # Subscribe
    64: Failing.NOTHING,  # AutoResponder: it arrived, and nobody wrote this
    128: Failing.SOFT,  # AddressChange
    256: Failing.SOFT,  # DnsError
    512: Failing.SOFT,  # SpamNotification: taken for spam by a filter
    1024: Failing.SOFT,  # OpenRelayTest
    2048: Failing.SOFT,  # Unknown
    4096: Failing.SOFT,  # SoftBounce
    8192: Failing.SOFT,  # VirusNotification
    16384: Failing.SOFT,  # ChallengeVerification
    100000: Failing.HARD,  # BadEmailAddress
    100001: Failing.COMPLAINED,  # SpamComplaint
    100002: Failing.HARD,  # ManuallyDeactivated
    100003: Failing.SOFT,  # Unconfirmed
    100006: Failing.SOFT,  # Blocked
    100007: Failing.SOFT,  # SMTPApiError
    100008: Failing.NOTHING,  # InboundError: about a mail to us
    100009: Failing.SOFT,  # DMARCPolicy
    100010: Failing.SOFT,  # TemplateRenderingFailed
}
"""By TypeCode."""


def ses_failing(kind: str, sub_kind: str, words: str | None) -> Failing:
    return SES.get((kind, sub_kind)) or _SES_TYPES.get(kind) or _by_words(words)


def sendgrid_failing(kind: str, classification: str, words: str | None) -> Failing:
    if kind == "blocked":
        return Failing.SOFT
    return SENDGRID_BOUNCES.get(classification) or _by_words(words)


def sendgrid_drop(reason: str) -> Failing:
    return SENDGRID_DROPS.get(reason, Failing.SOFT)


def mailgun_failing(severity: str, reason: str, words: str | None) -> Failing:
    if severity == "temporary":
        return Failing.NOTHING
    return MAILGUN.get((severity, reason)) or _by_words(words)


def postmark_failing(type_code: int, words: str | None) -> Failing:
    return POSTMARK.get(type_code) or _by_words(words)


def _by_words(words: str | None) -> Failing:
    return Failing.HARD if is_hard_bounce(words) else Failing.SOFT
