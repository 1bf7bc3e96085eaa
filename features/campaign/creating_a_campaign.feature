Feature: Creating a campaign
  A campaign begins as a draft; its name is all that it needs.

  Scenario: A name is enough
    When Ada creates the campaign "Spring"
    Then "Spring" is a draft
    And "Spring" is an always-on promotion

  Scenario: A campaign without a name is not created
    When Ada creates the campaign " "
    Then she is told that "name" is wrong
