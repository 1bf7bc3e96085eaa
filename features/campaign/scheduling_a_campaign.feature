Feature: Scheduling a campaign
  A one-time campaign can be put on the calendar, moved there, and taken off it.

  Background:
    Given the draft "Spring" to be sent once

  Scenario: Putting it on the calendar
    When Ada schedules "Spring" for tomorrow
    Then "Spring" is scheduled

  Scenario: Moving it
    Given "Spring" is scheduled
    When Ada schedules "Spring" for the day after tomorrow
    Then "Spring" is scheduled
    And "Spring" starts the day after tomorrow

  Scenario: Taking it off
    Given "Spring" is scheduled
    When Ada unschedules "Spring"
    Then "Spring" is a draft

  Scenario: Too soon is no schedule
    When Ada schedules "Spring" for 2 minutes from now
    Then she is told that "schedule" is wrong

  Scenario: What waits for an event has no date
    Given the draft "Welcome" to be sent after an event
    When Ada schedules "Welcome" for tomorrow
    Then she is refused because "Welcome" is a draft
