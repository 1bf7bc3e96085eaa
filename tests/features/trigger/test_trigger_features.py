"""The features of triggers, over the running service."""

from pytest_bdd import scenarios

scenarios("trigger/answering_an_event.feature")
