Feature: Pausing in the middle of a delivery
  What was not handed over waits, and nobody is written to twice.

  Scenario: Pause and resume
    Given 60 people with a mail address
    And a limit of 120 messages per minute
    When the campaign is started
    And some mails have arrived
    And the campaign is paused
    Then no further mail arrives while it is paused
    When the campaign is resumed at full speed
    Then the run is completed
    And 60 mails have arrived, each person's once

  Scenario: Cancel for good
    Given 60 people with a mail address
    And a limit of 120 messages per minute
    When the campaign is started
    And some mails have arrived
    And the campaign is cancelled
    Then the run is cancelled
    And those who were waiting are counted as cancelled
