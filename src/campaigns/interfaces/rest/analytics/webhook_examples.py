"""Posts as mail services make them, for the API's description."""

from typing import Any

SNS: dict[str, Any] = {
    "Type": "Notification",
    "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "TopicArn": "arn:aws:sns:eu-west-1:123456789012:campaigns",
    "Message": '{"notificationType": "Bounce", "mail": {"messageId": "…"}, "bounce": {"bounceType": "Permanent"}}',
    "Timestamp": "2027-01-01T09:00:00.000Z",
    "SignatureVersion": "2",
    "Signature": "EXAMPLE",
    "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
}
SENDGRID: list[dict[str, Any]] = [
    {
        "event": "bounce",
        "type": "bounce",
        "bounce_classification": "Invalid Address",
        "reason": "550 5.1.1 unknown user",
        "timestamp": 1798794000,
        "sg_event_id": "sg_event_id",
        "campaign_message": "1017-42",
    }
]
MAILGUN: dict[str, Any] = {
    "signature": {"timestamp": "1798794000", "token": "a8ce0edb2dd8301dee6c2405235584e4", "signature": "EXAMPLE"},
    "event-data": {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "id": "G9Bn5sl1TC6nu79C8C0bwg",
        "timestamp": 1798794000.5,
        "user-variables": {"campaign_message": "1017-42"},
        "delivery-status": {"code": 550, "message": "5.1.1 unknown user"},
    },
}
POSTMARK: dict[str, Any] = {
    "RecordType": "Bounce",
    "ID": 4323372036854775807,
    "Type": "HardBounce",
    "TypeCode": 1,
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Metadata": {"campaign_message": "1017-42"},
    "BouncedAt": "2027-01-01T09:00:00Z",
    "Description": "The server was unable to deliver your message",
}
