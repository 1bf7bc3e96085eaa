Feature: Suppressing people
  Who does not want to hear from us does not hear from us.

  Background:
    Given these people:
      | user | country | orders | mail |
      | anna | DE      | 5      | yes  |
      | ben  | DE      | 0      | yes  |
    And a campaign for everybody

  Scenario Outline: A reason is a reason
    When "anna" is suppressed as "<said>"
    Then "anna" does not get it, because of "<reason>"
    And "ben" gets it by e-mail

    Examples:
      | said         | reason                  |
      | unsubscribed | suppressed_unsubscribed |
      | bounced      | suppressed_bounced      |
      | complained   | suppressed_complained   |
      | deleted      | deleted                 |
      | manual       | suppressed_manually     |

  Scenario: Who left one channel is still reached by another
    Given it may also go by text message
    When "anna" is suppressed on e-mail alone
    Then "anna" gets it by text message

  Scenario: A suppression can be lifted
    When "anna" is suppressed as "manual"
    And the suppression of "anna" is lifted
    Then "anna" gets it by e-mail

  Scenario: A file suppresses everybody it names
    When a file of people who left is uploaded, with "anna" and "somebody we never met"
    Then "anna" does not get it, because of "suppressed_unsubscribed"
    And "ben" gets it by e-mail

  Scenario: A file may say where and why for each person
    Given it may also go by text message
    When a file is uploaded that says "anna" left e-mail and "ben" complained
    Then "anna" gets it by text message
    And "ben" does not get it, because of "suppressed_complained"

  Scenario: Suppressed people are counted, not forgotten
    When "anna" is suppressed as "complained"
    Then it is for 2 people
    And 1 of them can be reached
