"""Every figure this service shows Prometheus: its name, kind, labels and meaning. docs/metrics.md is made from this.

Labels are bounded: no tenant, no campaign, no person. Names that systems before this one used are kept where they say
what is measured (`api_request_total`, `campaigns_created_total`, `campaign_messages_sent_total` …).
"""

from typing import Literal

from msgspec import Struct

Kind = Literal["counter", "gauge", "histogram"]
Merged = Literal["livesum", "livemax", "livemin", "mostrecent"]
"""How the gauges of the processes of one tree become one: of those that live, or what was said last."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LONG = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0)
_COUNTS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0)


class Definition(Struct, frozen=True):
    """One figure. A counter's name ends with `_total`; `shown_by` names who measures it."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    shown_by: str = "every process"
    merged: Merged = "livesum"
    buckets: tuple[float, ...] = ()


_SAMPLED = "the process that holds the lease `projector`"


def _counter(name: str, meaning: str, *labels: str, by: str = "every process") -> Definition:
    return Definition(name, "counter", meaning, labels, by)


def _gauge(name: str, meaning: str, *labels: str, merged: Merged = "livesum", by: str = "every process") -> Definition:
    return Definition(name, "gauge", meaning, labels, by, merged)


def _sampled(name: str, meaning: str, *labels: str) -> Definition:
    return Definition(name, "gauge", meaning, labels, _SAMPLED, "mostrecent")


def _histogram(
    name: str, meaning: str, *labels: str, by: str = "every process", buckets: tuple[float, ...] = _SECONDS
) -> Definition:
    return Definition(name, "histogram", meaning, labels, by, buckets=buckets)


# Requests and commands
API_REQUESTS = _counter(
    "api_request_total", "Requests answered. `endpoint` is the route, never the address", "method", "endpoint", "status"
)
API_SECONDS = _histogram("api_request_duration_seconds", "Time to the end of the answer", "method", "endpoint")
MESSAGES_SECONDS = _histogram(
    "campaigns_application_messages_seconds",
    "Commands and queries by their name and outcome (`done`, or the code of the refusal)",
    "message",
    "outcome",
)

# What is decided
CAMPAIGNS_CREATED = _counter("campaigns_created_total", "Campaigns begun, by type", "type", by="relay")
CAMPAIGNS_COMPLETED = _counter(
    "campaigns_completed_total", "Campaigns that ended: `completed` or `cancelled`", "status", by="relay"
)
EVENTS_PUBLISHED = _counter(
    "campaigns_events_published_total", "Events that NATS has acknowledged, by wire name", "type", by="relay"
)
COMMIT_SECONDS = _histogram("campaigns_event_commit_seconds", "One group of decisions, written and durable", by="api")
COMMIT_SAVES = _histogram("campaigns_event_commit_saves", "Decisions that shared one commit", by="api", buckets=_COUNTS)
COMMITS_WAITING = _gauge("campaigns_event_commits_waiting", "Decisions that wait for the next commit", by="api")

# What is sent
MESSAGES_SENT = _counter(
    "campaign_messages_sent_total",
    "Messages handed over, by what the provider said: `accepted`, `transient`, `permanent`, `unknown` (perhaps "
    "delivered), or `away` (nothing left)",
    "channel",
    "provider",
    "status",
    by="worker",
)
HANDOVER_SECONDS = _histogram(
    "campaigns_handover_seconds", "Handing one chunk of messages over", "channel", "provider", by="worker"
)
LEDGER_MESSAGES = _counter(
    "campaigns_ledger_messages_total",
    "Outcomes written to the ledger: `sent`, `failed`, `skipped`, `uncertain`",
    "outcome",
    by="worker",
)
BATCH_CLAIMS = _counter(
    "campaigns_batch_claims_total",
    "Batches taken by the workers of this process: `released`, or left behind by a worker that `crashed`",
    "reason",
    by="worker",
)
APPEND_SECONDS = _histogram(
    "campaigns_ledger_append_seconds",
    "One durable append to the ledger, by who wrote it (`worker`, `feedback`)",
    "writer",
    by="worker, api, tracking",
)
BREAKER_OPEN = _gauge(
    "campaigns_breaker_open",
    "1 while a provider is left alone after failures",
    "provider",
    merged="livemax",
    by="worker",
)
PERMITS = _counter(
    "campaigns_permits_total",
    "Permits asked of the sending limits: `granted` for some messages, or `held` until later",
    "outcome",
    by="worker",
)
EXECUTION_SECONDS = _histogram(
    "campaign_execution_duration_seconds",
    "From the start of an execution to its end, by kind and status",
    "type",
    "status",
    by=_SAMPLED,
    buckets=_LONG,
)

# What comes back
FACTS = _counter(
    "campaigns_facts_total", "Facts of feedback and tracking stored, repetitions included", "kind", by="api, tracking"
)
FEEDBACK_UNKNOWN = _counter(
    "campaigns_feedback_unknown_total", "Events of providers' webhooks about mails of others", "provider", by="api"
)
FEEDBACK_UNREADABLE = _counter(
    "campaigns_feedback_unreadable_total",
    "Events in genuine posts of providers that are not what the provider promises",
    "provider",
    by="api",
)
EVENTS_CONSUMED = _counter(
    "campaigns_events_consumed_total",
    "Events of others, by subject: `taken`, `repeated` (had their effect before), or `dead` (kept as a dead letter)",
    "subject",
    "outcome",
    by="consumer",
)
CONSUME_SECONDS = _histogram(
    "campaigns_consume_seconds", "Working on one batch of messages of others, by subject", "subject", by="consumer"
)
CONSUMER_BOUND = _gauge(
    "campaigns_consumer_bound",
    "1 while a subject is listened to; 0 without NATS, or without a stream that holds it",
    "subject",
    merged="livemax",
    by="consumer",
)
CONSUMER_PENDING = _gauge(
    "campaigns_consumer_pending_messages",
    "Messages that wait in the stream, when the last batch was given out",
    "subject",
    merged="mostrecent",
    by="consumer",
)
FOLD_SECONDS = _histogram("campaigns_fold_seconds", "Folding one slice of the ledger into figures", by="projector")
FOLDED = _counter("campaigns_folded_facts_total", "Facts of the ledger folded into figures", by="projector")
HITS_WAITING = _gauge("campaigns_tracking_hits_waiting", "Opens and clicks not yet in the ledger", by="tracking")
HITS_DROPPED = _counter(
    "campaigns_tracking_hits_dropped_total", "Opens and clicks lost: neither ledger nor spool kept up", by="tracking"
)
SPOOL_BYTES = _gauge(
    "campaigns_spool_bytes",
    "Hits and feedback on the local disk, waiting for Postgres",
    merged="livemax",
    by="api, tracking",
)

# The queue and its followers
SAMPLED_AT = _sampled(
    "campaigns_state_sampled_timestamp_seconds", "When the state of queue and followers was last looked at"
)
QUEUE_MESSAGES = _sampled(
    "campaigns_queue_messages",
    "Messages of open batches: `waiting` for their time, `released` and waiting for a worker, being `sending`, "
    "`deferred` by the provider; and `uncertain` ones of all batches that have any",
    "state",
)
QUEUE_BATCHES = _sampled(
    "campaigns_queue_batches", "Open batches: `waiting` for their time, `released`, `sending`", "state"
)
QUEUE_AGE = _sampled(
    "campaigns_queue_oldest_released_seconds", "How long the oldest released batch of a running execution has waited"
)
EXECUTIONS_OPEN = _sampled("campaigns_executions_open", "Executions that have not ended, by status", "status")
EXECUTIONS_HELD = _sampled(
    "campaigns_executions_held_up", "Open executions that wait for a provider, for a sending limit or for their canary"
)
UNARCHIVED_AGE = _sampled(
    "campaigns_oldest_unarchived_seconds", "How long ago the execution ended that should leave the ledger next"
)
CAMPAIGNS_LIVE = _sampled("campaigns_live", "Campaigns by status, those neither draft nor over", "status")
CONVERSIONS_WAITING = _sampled("campaigns_conversions_waiting", "Conversions not yet attributed")
LOG_POSITION = _sampled("campaigns_log_position", "Last position of the log: `events`, `ledger`", "log")
FOLLOWER_LAG = _sampled(
    "campaigns_follower_lag_positions", "Positions between a follower and the end of what it follows", "follower"
)
FOLLOWER_LAG_SECONDS = _sampled(
    "campaigns_follower_lag_seconds",
    "Since when a follower has been behind, at least: the time before the sampling began is not known",
    "follower",
)

# The process and what it needs
BUILD = _gauge("campaigns_build_info", "1, with the version", "version", "python", merged="mostrecent")
DEPENDENCY_UP = _gauge(
    "campaigns_dependency_up", "1 while a dependency answers its probe", "dependency", merged="livemin"
)
LOOP_LAG = _gauge("campaigns_event_loop_lag_seconds", "How late the event loop woke a sleeper", merged="livemax")
POOL_CONNECTIONS = _gauge("campaigns_pool_connections", "Connections to Postgres: `used`, `idle`", "pool", "state")
POOL_WAITING = _gauge("campaigns_pool_waiting", "Callers that wait for a connection now", "pool")
POOL_REQUESTS = _counter("campaigns_pool_requests_total", "Connections asked for", "pool")
POOL_WAITS = _counter("campaigns_pool_waits_total", "Connections that had to be waited for", "pool")
POOL_WAIT_SECONDS = _counter("campaigns_pool_wait_seconds_total", "Time spent waiting for connections", "pool")
LEASE_LOSSES = _counter(
    "campaigns_lease_losses_total", "Leases lost while their work went on: of a role, or of a `batch`", "lease"
)
RETENTION = _gauge(
    "campaigns_ledger_retention_seconds", "How long ended executions stay in the ledger; 0: for ever", merged="livemax"
)
DISK_FREE = _gauge("campaigns_home_free_bytes", "Free bytes where this process keeps its files", merged="livemin")

CATALOGUE: tuple[Definition, ...] = tuple(found for found in list(globals().values()) if isinstance(found, Definition))
