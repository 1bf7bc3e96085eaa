Feature: Waiting before answering
  An answer may come after a delay. What has changed by then counts.

  Background:
    Given 2 people with a mail address
    And a campaign that welcomes those who sign up, a minute later
    When the campaign is activated
    And the first person signed up 40 seconds ago

  Scenario: The answer comes when the delay is over
    Then the history says of the first person "waiting"
    And the first person gets 1 mail

  Scenario: A campaign that is paused meanwhile answers when it goes on
    When the campaign is paused
    And the delay is over
    Then the first person gets no mail
    When the campaign is resumed
    Then the first person gets 1 mail

  Scenario: A campaign that is cancelled meanwhile answers nobody
    When the campaign is cancelled
    And the delay is over
    Then the history says of the first person "disabled"
    And the first person gets no mail

  Scenario: Whoever unsubscribes meanwhile is not answered
    When the first person unsubscribes from e-mail
    And the delay is over
    Then the history says of the first person "suppressed"
    And the first person gets no mail

  Scenario: An edit made meanwhile counts
    When the campaign is paused
    And its subject is changed to "Glad you are here"
    And the campaign is resumed
    And the delay is over
    Then the first person gets 1 mail
    And the mail says "Glad you are here"
