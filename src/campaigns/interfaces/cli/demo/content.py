"""What the demo's marketer writes."""

from typing import Any

_BODY = """<html><body>
<h1>{greeting}</h1>
<p>{{% if plan == "pro" %}}As a pro member you see them first.{{% else %}}They are here.{{% endif %}}
Three things we think you will like this winter:</p>
<ul>{{% for item in (1..3) %}}<li>Pick number {{{{ item }}}}</li>{{% endfor %}}</ul>
<p><a href="https://shop.example/winter?from={variant}">Have a look</a> or
<a href="https://shop.example/sale">see what is reduced</a>.</p>
</body></html>"""


def segment(moment: str) -> dict[str, Any]:
    return {
        "name": f"Where we deliver ({moment})",
        "criteria": {"not": {"field": "country", "operator": "equals", "value": "JP"}},
    }


def campaign(moment: str, segment_id: str) -> dict[str, Any]:
    return {
        "name": f"Winter picks {moment}",
        "type": "promotion",
        "mode": "one_time",
        "audience": {"include": [{"segment_id": segment_id}]},
        "holdout_percentage": 5,
        "throttle": {"per_minute": 900_000},
        "channels": [
            _email(
                "Winter picks for {{ first_name | default: 'you' }}", "Hello {{ first_name | default: 'there' }}", "a"
            )
        ],
        "variants": [
            {"name": "A: friendly", "allocation_percentage": 50},
            {
                "name": "B: direct",
                "allocation_percentage": 50,
                "channels": [
                    _email("Your three winter picks", "{{ first_name | default: 'Friend' }}, these are yours", "b")
                ],
            },
        ],
        "conversion": {"event_type": "order.completed", "window_days": 7, "model": "last_touch"},
        "budget": {"amount": "1000.00", "currency": "EUR"},
        "tags": ["demo", "winter"],
    }


def _email(subject: str, greeting: str, variant: str) -> dict[str, Any]:
    return {
        "channel_type": "email",
        "content": {
            "subject": subject,
            "body_html": _BODY.format(greeting=greeting, variant=variant),
            "body_text": f"{greeting}: https://shop.example/winter",
            "sender_name": "Acme",
            "sender_email": "news@acme.example",
        },
    }
