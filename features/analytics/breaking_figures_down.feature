Feature: Breaking figures down
  Which people did what: by segment, by variant, by channel, by run.

  Scenario: Who is in two segments counts in both
    Given 60 people, half of them German, every third a regular
    When "Spring" goes to the segments Germans and Regulars
    Then the segment Germans of "Spring" shows 30 people
    And the segment Regulars of "Spring" shows 20 people
    And "Spring" was sent to 40 people in all
