Feature: Choosing lists
  A list of people is uploaded once, as a file, and named in as many campaigns as need it.

  Background:
    Given these people:
      | user  | country | orders | mail |
      | anna  | DE      | 5      | yes  |
      | ben   | DE      | 0      | yes  |
      | chloe | FR      | 12     | yes  |

  Scenario: A campaign is for everybody on a list
    Given a list "regulars" with "anna" and "chloe"
    And a campaign for everybody on the list "regulars"
    Then it is for 2 people
    And "anna" gets it by e-mail
    And "ben" does not get it, because of "not_included"

  Scenario: Whoever is on another list stays out
    Given a list "regulars" with "anna" and "chloe"
    And a list "staff" with "chloe"
    And a campaign for everybody on the list "regulars"
    And never for anybody on the list "staff"
    Then it is for 1 person
    And "chloe" does not get it, because of "excluded"

  Scenario: Somebody on a list of whom nothing is known is counted, and cannot be reached
    Given a list "regulars" with "anna" and "zoe"
    And a campaign for everybody on the list "regulars"
    Then it is for 2 people
    And "zoe" does not get it, because of "no_address"

  Scenario: A list that was never uploaded is refused
    Given a campaign for everybody on the list "nowhere"
    Then the audience is refused, because of "/audience/include/0/dataset"
