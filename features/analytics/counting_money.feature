Feature: Counting money
  Exact to the last digit, and never added across currencies.

  Background:
    Given the campaign "Spring"

  Scenario: One currency
    When the shop reports earnings of 300.10 and costs of 100.00 in EUR
    Then the return of "Spring" is 200.1 percent
    And the return of "Spring" in EUR is 200.1 percent

  Scenario: Two currencies
    When the shop reports earnings of 300.10 and costs of 100.00 in EUR
    And the shop reports earnings of 5000 and costs of 20000 in JPY
    Then the return of "Spring" is unknown
    And the return of "Spring" in EUR is 200.1 percent
    And the return of "Spring" in JPY is -75 percent

  Scenario: Earnings without a cost
    When the shop reports earnings of 300.10 and nothing spent in EUR
    Then the return of "Spring" is unknown
