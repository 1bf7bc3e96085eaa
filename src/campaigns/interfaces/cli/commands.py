"""Every subcommand and where it lives (module:function); imported when it is called."""

COMMANDS: dict[str, str] = {
    "serve": "campaigns.interfaces.cli.serve:serve",
    "migrate": "campaigns.interfaces.cli.migrate:migrate",
    "doctor": "campaigns.interfaces.cli.doctor:doctor",
    "config": "campaigns.interfaces.cli.config:config",
    "openapi": "campaigns.interfaces.cli.openapi:openapi",
    "asyncapi": "campaigns.interfaces.cli.asyncapi:asyncapi",
    "events": "campaigns.interfaces.cli.events:events",
    "projections": "campaigns.interfaces.cli.projections:projections",
    "analytics": "campaigns.interfaces.cli.analytics:analytics",
    "ledger": "campaigns.interfaces.cli.ledger:ledger",
    "reconcile": "campaigns.interfaces.cli.reconcile:reconcile",
    "report": "campaigns.interfaces.cli.report:report",
    "tenants": "campaigns.interfaces.cli.tenants:tenants",
    "keys": "campaigns.interfaces.cli.keys:keys",
    "audience": "campaigns.interfaces.cli.audience:audience",
    "erasure": "campaigns.interfaces.cli.erasure:erasure",
    "demo": "campaigns.interfaces.cli.demo.command:demo",
}
