Feature: Looking back at a campaign
  Who did what to a campaign, why, and what it said at that moment: none of it is forgotten, and none of it can be changed.

  Background:
    Given the draft "Spring" that is always on

  Scenario: Who did what, and why
    Given "Spring" is active
    When Ben pauses "Spring" because "stock is low"
    And Ada resumes "Spring"
    Then it is known of "Spring" that Ada created it, Ada activated it, Ben paused it and Ada resumed it
    And that it was paused because "stock is low"

  Scenario: What it said before it was changed
    When Ada tags "Spring" with "sale"
    And Ada tags "Spring" with "clearance"
    Then "Spring" is tagged "clearance"
    And before the last change "Spring" was tagged "sale"

  Scenario: A campaign that was removed
    Given "Spring" is active
    When Ben cancels "Spring" because "the shop has closed"
    And Ada deletes "Spring"
    Then it is known of "Spring" that Ada created it, Ada activated it, Ben cancelled it and Ada deleted it
