"""What somebody would really send, by operation: shown in the documentation, and kept true by its tests."""

from collections.abc import Mapping
from typing import Any

_ID = "0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f60"
_MAIL = {
    "channel_type": "email",
    "content": {
        "subject": "Spring is here, {{ first_name | default: 'friend' }}",
        "body_html": '<p>Everything is new: <a href="https://acme.example/spring">look</a>.</p>',
        "sender_name": "Acme",
        "sender_email": "news@acme.example",
    },
}
_GERMANS = {"field": "country", "operator": "equals", "value": "DE"}
_AUDIENCE = {"include": [{"criteria": _GERMANS}], "exclude": [{"user_ids": ["u-7"]}], "excluded_users": ["u-8"]}
_TRIGGER = {
    "event_type": "cart.left",
    "criteria": {"field": "event.value", "operator": "greater_than", "value": 50},
    "delay_minutes": 60,
    "frequency_limit": 1,
    "frequency_window_hours": 168,
    "quiet_hours": {"start_hour": 22, "end_hour": 7, "timezone": "user_local", "policy": "hold"},
}
_VARIANT = {"name": "Short subject", "allocation_percentage": 50}
_ORDER = {
    "event_id": "order-88",
    "event_type": "order.completed",
    "user_id": "u-1017",
    "at": "2027-01-01T17:58:00Z",
    "value": "59.90",
    "currency": "EUR",
}
_GOLD = {"field": "plan", "operator": "equals", "value": "gold"}
_SEGMENT = {"name": "Gold in Germany", "criteria": {"all": [_GERMANS, _GOLD]}}
_LETTER = {"subject": "News of {{ month }}", "body_text": "Dear {{ first_name }}, …"}
_TEMPLATE = {"name": "Newsletter", "content": _LETTER}
_BOUNCE = {"message_id": "17-4711", "type": "bounced", "bounce_type": "hard", "reason": "550 5.1.1 unknown user"}

REQUESTS: Mapping[str, Any] = {
    "AddTrigger": _TRIGGER,
    "AddVariant": _VARIANT,
    "CancelCampaign": {"reason": "the product is sold out"},
    "ChangeSegment": _SEGMENT,
    "CheckEligibility": {"user_id": "u-1017"},
    "CloneCampaign": {"name": "Spring, again"},
    "CreateApiKey": {"name": "reporting", "scopes": ["campaigns:read"]},
    "CreateCampaign": {
        "name": "Spring",
        "mode": "one_time",
        "audience": _AUDIENCE,
        "holdout_percentage": 5,
        "channels": [_MAIL],
        "schedule": {"at": "2027-03-20T09:00:00+01:00", "timezone": "Europe/Berlin"},
        "conversion": {"event_type": "order.completed", "window_days": 7, "model": "last_touch"},
        "tags": ["spring"],
    },
    "CreateSegment": _SEGMENT,
    "CreateTemplate": {"channel_type": "email", **_TEMPLATE},
    "CreateTenant": {"tenant_id": "acme", "name": "Acme", "limits": {"running_campaigns": 10}},
    "DeclareWinner": {"variant_id": _ID},
    "ErasePerson": {"user_id": "u-1017"},
    "ImportSuppressions": {"suppressions": [{"user_id": "u-1017", "channel": "email", "reason": "unsubscribed"}]},
    "PatchCampaign": {"holdout_percentage": 10, "tags": ["spring", "sale"], "end_date": None},
    "PauseCampaign": {"reason": "stock is low"},
    "PreviewCampaign": {"channel_type": "email", "profile": {"first_name": "Ann", "country": "DE"}},
    "PreviewTemplate": {"profile": {"first_name": "Ann", "month": "March"}},
    "RecordConversion": _ORDER,
    "RejectCampaign": {"reason": "the imprint is missing"},
    "ReplaceCampaign": {"name": "Spring", "mode": "one_time", "audience": _AUDIENCE, "channels": [_MAIL]},
    "ReplaceTrigger": _TRIGGER,
    "ReplaceVariant": _VARIANT,
    "ReplayTriggers": {"triggers": [_TRIGGER], "since": "2027-01-01T00:00:00Z", "until": "2027-01-08T00:00:00Z"},
    "ReportCampaignMetrics": {
        "report_id": "display-2027-01-01",
        "channel": "display",
        "impressions": 120_000,
        "clicks": 840,
        "cost": {"amount": "310.00", "currency": "EUR"},
    },
    "RequestDryRun": {"sample": 1_000},
    "ScheduleCampaign": {"at": "2027-03-20T09:00:00+01:00", "timezone": "Europe/Berlin"},
    "SendTestMessage": {"addresses": ["ada@acme.example"], "profile": {"first_name": "Ada"}},
    "SetAudience": _AUDIENCE,
    "SetTenantLimits": {"running_campaigns": 10, "messages_per_day": 1_000_000, "sending_weight": 2},
    "StoreEvents": {
        "events": [
            _ORDER,
            {"event_id": "e-4711", "event_type": "cart.left", "user_id": "u-1018", "data": {"value": 80, "items": 2}},
        ]
    },
    "SuppressPerson": {"user_id": "u-1017", "channel": "email", "reason": "unsubscribed"},
    "TakeFeedback": {"events": [_BOUNCE]},
    "UpdateTemplate": _TEMPLATE,
}
