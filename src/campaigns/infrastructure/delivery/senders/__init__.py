"""The providers that messages are handed to, each behind the port `Sender`."""
