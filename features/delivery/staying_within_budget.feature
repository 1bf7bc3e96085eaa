Feature: Staying within the budget
  A campaign with a budget pauses before the next batch would exceed it. Each mail costs a cent here, each push
  notification three.

  Scenario: The budget is used up, then raised
    Given 60 people with a mail address
    And a limit of 600 messages per minute
    And a budget of 0.40 EUR
    When the campaign is started
    Then the campaign is paused because its budget is used up
    And it has spent at most 0.40 EUR
    When the campaign is resumed after the budget was raised to 0.60 EUR
    Then the run is completed
    And 60 mails have arrived, each person's once
    And its figures show a cost of 0.6 EUR

  Scenario: Another channel costs what it costs
    Given 4 people whose mailboxes do not exist, with a push token
    And push notifications as the second channel
    And a budget of 1.00 EUR
    When the campaign is started
    Then the run is completed
    And its figures show a cost of 0.12 EUR

  Scenario: A budget below the first batch
    Given 10 people with a mail address
    And a budget of 0.05 EUR
    When the campaign is started
    Then the campaign is paused because its budget is used up
    And no mail has arrived
