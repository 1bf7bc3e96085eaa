Feature: Pausing a campaign that goes badly
  A campaign may say how many bounces, complaints, errors and departures it bears. Beyond that it pauses by itself, and
  a person decides whether it goes on.

  Scenario: Too many mailboxes do not exist
    Given 40 people whose mailboxes do not exist
    And 60 people with a mail address
    And a limit of 240 messages per minute
    And at most 20 percent errors, judged from 10 messages on
    When the campaign is started
    Then the campaign is paused because of its error rate
    And the news of its pause names the limit and the counts
    And fewer than 100 people have an outcome

  Scenario: A person lets it go on
    Given 15 people whose mailboxes do not exist
    And 60 people with a mail address
    And a limit of 240 messages per minute
    And at most 20 percent errors, judged from 10 messages on
    When the campaign is started
    Then the campaign is paused because of its error rate
    When the campaign is resumed at full speed, bearing errors up to 100 percent
    Then the run is completed
    And 60 mails have arrived, each person's once

  Scenario: Bounces are reported after the mails were taken
    Given 90 people with a mail address
    And a limit of 240 messages per minute
    And at most 10 percent bounces, judged from 10 messages on
    When the campaign is started
    And some mails have arrived
    And the provider reports that they bounced
    Then the campaign is paused because of its bounce rate
