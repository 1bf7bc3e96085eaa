Feature: Judging the past again
  Better rules for telling machines from people are tried on what happened before they are believed.

  Scenario: Compare before believing
    Given "Spring" was sent to 5 people
    And a mail scanner with a browser's name has opened one of them
    When the past is judged again by rules 1
    Then rules 1 see 1 person and 0 machines in "Spring"
    And the rules that stand see 0 people and 1 machine in "Spring"
    And "Spring" counts 0 people who opened
