Feature: One message an address
  A mailbox that several people share gets one message, not one for each of them.

  Background:
    Given these people:
      | user | country | orders | mail              |
      | anna | DE      | 5      | family@people.example |
      | ben  | FR      | 0      | Family@people.example |
      | cleo | DE      | 0      | yes               |
      | dora | DE      | 0      | family@people.example |

  Scenario: The first of those who share an address gets it
    Given a campaign for everybody
    Then "anna" gets it by e-mail
    And "ben" does not get it, because of "duplicate_address"
    And "dora" does not get it, because of "duplicate_address"
    And "cleo" gets it by e-mail
    And 2 people are skipped for "duplicate_address"

  Scenario: Whoever is not written to leaves the address to the next
    Given a campaign for everybody
    When "anna" is suppressed as "unsubscribed"
    Then "anna" does not get it, because of "suppressed_unsubscribed"
    And "ben" gets it by e-mail
    And "dora" does not get it, because of "duplicate_address"

  Scenario: Whoever the campaign is not for leaves the address to the next
    Given a campaign for people whose country is "FR"
    Then "ben" gets it by e-mail
