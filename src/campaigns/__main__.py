"""The command line: `campaigns …` or `python -m campaigns …`."""

import sys

from campaigns.installation import ConfiguredInstallation
from campaigns.interfaces.cli.group import campaigns
from campaigns.interfaces.cli.installation import CommandFailedError


def main() -> None:
    try:
        campaigns(obj=ConfiguredInstallation())
    except CommandFailedError as failure:
        print(f"campaigns: {failure}", file=sys.stderr)  # noqa: T201 - this is the command line
        sys.exit(failure.exit_code)


if __name__ == "__main__":
    main()
