"""E-mail over SMTP: an own client that pipelines (RFC 2920) over kept connections."""
