Feature: Updating a campaign
  What a campaign is to do may be changed while nobody is being written to.

  Background:
    Given the draft "Spring" to be sent once

  Scenario: A draft is changed
    When Ada tags "Spring" with "sale"
    Then "Spring" is tagged "sale"

  Scenario: A paused campaign is changed
    Given "Spring" is running
    And "Spring" is paused
    When Ada tags "Spring" with "sale"
    Then "Spring" is tagged "sale"

  Scenario: A running campaign is left as it is
    Given "Spring" is running
    When Ada tags "Spring" with "sale"
    Then she is refused because "Spring" is running

  Scenario: Two people do not overwrite each other
    Given Ada and Ben both look at "Spring"
    When Ada tags "Spring" with "hers"
    And Ben tags what he looked at with "his"
    Then he is told that somebody else was faster
    And "Spring" is tagged "hers"
