Feature: Cloning a campaign
  A good campaign can be begun again as a new draft.

  Scenario: The clone says the same and has not begun
    Given the draft "Spring" to be sent once
    And "Spring" is running
    When Ada clones "Spring" as "Summer"
    Then "Summer" is a draft
    And "Summer" says the same as "Spring"
    And "Spring" is running

  Scenario: A clone needs a name of its own
    Given the draft "Spring" that is always on
    When Ada clones "Spring" as "spring"
    Then she is told that the name is taken
