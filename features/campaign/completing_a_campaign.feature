Feature: Completing a campaign
  A campaign is finished by a person, or by itself when everybody of its only run has an outcome.

  Scenario: A person finishes it
    Given the draft "Spring" that is always on
    And "Spring" is active
    When Ada completes "Spring"
    Then "Spring" is completed

  Scenario: A draft has nothing to complete
    Given the draft "Spring" that is always on
    When Ada completes "Spring"
    Then she is refused because "Spring" is a draft

  Scenario: The end of its only run completes a one-time campaign
    Given the draft "Spring" to be sent once to people without an address
    When Ada activates "Spring"
    Then "Spring" is completed after a while
    And "Spring" accounts for 2 people
