Feature: Activating a campaign
  What activation leads to depends on how the campaign works.

  Scenario Outline: A campaign comes to life as its mode says
    Given the draft "Spring" <mode>
    When Ada activates "Spring"
    Then "Spring" is <status>

    Examples:
      | mode                      | status  |
      | that is always on         | active  |
      | to be sent once           | running |
      | to be sent every day      | active  |
      | to be sent after an event | active  |

  Scenario: A one-time campaign planned for tomorrow waits for tomorrow
    Given the draft "Spring" to be sent tomorrow
    When Ada activates "Spring"
    Then "Spring" is scheduled

  Scenario: An active campaign is not activated again
    Given the draft "Spring" that is always on
    And "Spring" is active
    When Ada activates "Spring"
    Then she is refused because "Spring" is active
