"""The audit log: structured lines of their own logger, so that a deployment can keep them apart and for longer."""

import structlog

from campaigns.application.shared.context import Caller

_log = structlog.get_logger("campaigns.audit")


class StructuredAuditLog:
    def record(self, caller: Caller, action: str, subject: str, **detail: object) -> None:
        _log.info(
            action,
            tenant_id=caller.tenant_id,
            principal=caller.principal,
            command_id=str(caller.command_id),
            correlation_id=caller.correlation_id,
            subject=subject,
            detail=detail,
        )
