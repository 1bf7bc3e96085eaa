"""DKIM: mails signed by the domain that answers for them."""
