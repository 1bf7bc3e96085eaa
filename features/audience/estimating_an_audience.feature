Feature: Estimating an audience
  Before anything is sent, the numbers are on the table, step by step.

  Scenario: Each step says how many are left
    Given these people:
      | user  | country | orders | mail |
      | anna  | DE      | 5      | yes  |
      | ben   | DE      | 0      | yes  |
      | chloe | FR      | 12     | yes  |
      | dana  | FR      | 3      | no   |
    And a list "blacklist" with "ben"
    And a campaign for everybody
    And never for people whose country is "US"
    And filtered by the list "blacklist"
    When "chloe" is suppressed as "unsubscribed"
    Then the estimate is:
      | included | after_exclusions | audience | after_suppression | after_holdout |
      | 4        | 4                | 3        | 1                 | 1             |
    And 1 person is skipped for "no_address"
    And 1 person is skipped for "suppressed_unsubscribed"

  Scenario: An estimate follows a new import at once
    Given 5 people with a mail address
    And a campaign for everybody
    Then it is for 5 people
    When 7 people are imported instead
    Then it is for 7 people
