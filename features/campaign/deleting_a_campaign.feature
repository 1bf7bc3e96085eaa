Feature: Deleting a campaign
  What never began or is over can be removed; what was done stays known.

  Scenario: A draft is removed
    Given the draft "Spring" that is always on
    When Ada deletes "Spring"
    Then "Spring" is gone
    And the history of "Spring" is still told

  Scenario: A running campaign is not removed
    Given the draft "Spring" to be sent once
    And "Spring" is running
    When Ada deletes "Spring"
    Then she is refused because "Spring" is running
