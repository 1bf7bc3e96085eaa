Feature: Sending a canary first
  A campaign may write to a few people first, and to the rest only when their figures are good.

  Scenario: The rest waits for the figures of the canary
    Given 40 people with a mail address
    And a canary of 5 people whose figures are awaited for 60 minutes
    When the campaign is started
    Then the run waits for the figures of its canary
    And 5 mails have arrived, each person's once

  Scenario: The canary did well
    Given 40 people with a mail address
    And a canary of 5 people whose figures are awaited for 0 minutes
    When the campaign is started
    Then the run is completed
    And 40 mails have arrived, each person's once

  Scenario: The canary did badly
    Given 40 people whose mailboxes do not exist
    And at most 20 percent errors, judged from 100 messages on
    And a canary of 5 people whose figures are awaited for 0 minutes
    When the campaign is started
    Then the campaign is paused because of its error rate
    And fewer than 6 people have an outcome
