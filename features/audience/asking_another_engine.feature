Feature: Asking another engine
  People may stay where they are. Whoever keeps them, a campaign reaches the same people in the same way.

  Background:
    Given the same people and lists in our own files, in a database and on a cluster
    And a campaign with sources, exclusions, filters, a stratified holdout and a control

  Scenario: Everybody's fate is the same
    When the campaign's people are found by each engine
    Then people of many fates are found
    And all engines say the same of everybody

  Scenario: The filters tell the same
    When the campaign's people are found by each engine
    Then all engines say the same of each filter
