Feature: Choosing an audience
  A campaign says whom it is for; everybody can see what that comes to.

  Background:
    Given these people:
      | user  | country | orders | mail |
      | anna  | DE      | 5      | yes  |
      | ben   | DE      | 0      | yes  |
      | chloe | FR      | 12     | yes  |
      | dana  | FR      | 3      | no   |

  Scenario: People are found by what is known of them
    Given a campaign for people whose country is "DE"
    Then it is for 2 people
    And "anna" gets it by e-mail
    And "chloe" does not get it, because of "not_included"

  Scenario: Several sources are joined, and nobody is counted twice
    Given a campaign for people whose country is "DE"
    And also for the segment "Regulars" of people with more than 4 orders
    Then it is for 3 people

  Scenario: Who is excluded stays out, however they were included
    Given a campaign for everybody
    And never for people whose country is "FR"
    And never for "ben"
    Then it is for 1 person
    And "dana" does not get it, because of "excluded"
    And "ben" does not get it, because of "excluded_user"

  Scenario: Who is on a list is filtered out, and the list says how many it removed
    Given a list "blacklist" with "ben" and "chloe"
    And a campaign for everybody
    And filtered by the list "blacklist"
    Then it is for 2 people
    And the filter "blacklist" removed 2 people
    And "ben" does not get it, because of "filter:blacklist"

  Scenario: Named people without a profile belong to the audience
    Given a campaign for the people "anna" and "zoe"
    Then it is for 2 people
    And "zoe" does not get it, because of "no_address"

  Scenario: A segment that was withdrawn can no longer be used
    Given a campaign for everybody
    And also for the segment "Regulars" of people with more than 4 orders
    When the segment "Regulars" is withdrawn
    Then the audience is refused, because of "/audience/include/1/segment_id"
