Feature: Dry running a campaign
  Before anybody gets anything, a campaign says what its launch would do: who gets what, when, by which way, at what
  cost, and what stands against it. Afterwards it says what came otherwise, and why.

  Background:
    Given 30 people with a mail address
    And 5 strangers without an address
    And 2 more people with the mail address of the first

  Scenario: Everything is decided, and nothing is done
    When a dry run is made
    Then it foretells 30 messages by e-mail over smtp for 0.30 EUR
    And it foretells 5 people skipped for "no_address" and 2 for "duplicate_address", naming some of them
    And nothing was written down and no mail has left

  Scenario: A limit and a budget are looked ahead to
    Given a limit of 100 messages per minute
    And a budget for 20 messages
    When a dry run is made
    Then it foretells that the budget is used up after 20 messages

  Scenario: Everything that would stand against a launch is named at once
    Given a subject that is no template
    And a holdout but nobody of that country
    When a dry run is made
    Then it names the content and the empty audience as problems

  Scenario: Messages that cannot be made are foretold
    Given a text that asks for a first name, which nobody has
    When a dry run is made
    Then it foretells that 30 of 30 messages do without "first_name"

  Scenario: A launch that nothing has changed comes as foretold
    When a dry run is made
    And the drafted campaign is started
    Then the run is completed
    And the run came as foretold

  Scenario: What changed in between is said
    When a dry run is made
    And one of the people unsubscribes
    And the throttle of the campaign is changed
    And the drafted campaign is started
    Then the run is completed
    And the run differs by one "suppressed_unsubscribed", one message and 0.01 EUR
    And that the campaign and the suppressions have changed is given as the reason
