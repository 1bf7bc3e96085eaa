Feature: Attributing conversions
  An order is credited to the messages that led to it. By which model, anybody may look at; what happened stays.

  Background:
    Given "Spring" counts orders within 7 days and was sent twice, 3 days apart

  Scenario: One order, three answers
    When somebody who got both orders for 90.01 EUR a day later
    Then by last_touch the mails of "Spring" earned 0 and 90.01 EUR
    And by first_touch the mails of "Spring" earned 90.01 and 0 EUR
    And by linear the mails of "Spring" earned 45.00 and 45.01 EUR

  Scenario: The shop tells the same order again
    When somebody who got both orders for 90.01 EUR a day later
    And the shop tells of that order again
    Then by last_touch the mails of "Spring" earned 0 and 90.01 EUR

  Scenario: Too late to be an effect
    When somebody who got both orders for 90.01 EUR 8 days later
    Then by last_touch "Spring" is credited with no order
