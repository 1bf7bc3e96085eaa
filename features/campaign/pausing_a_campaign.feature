Feature: Pausing and resuming a campaign
  A pause remembers where the campaign was; resuming goes on from there.

  Scenario Outline: It goes on from where it was
    Given the draft "Spring" <mode>
    And "Spring" is <status>
    When Ada pauses "Spring" because "a typo"
    Then "Spring" is paused
    And "Spring" says "a typo"
    When Ada resumes "Spring"
    Then "Spring" is <status>

    Examples:
      | mode                 | status    |
      | that is always on    | active    |
      | to be sent once      | running   |
      | to be sent once      | scheduled |
      | to be sent every day | active    |

  Scenario: A paused campaign is not paused again
    Given the draft "Spring" that is always on
    And "Spring" is active
    And "Spring" is paused
    When Ada pauses "Spring" because "a second typo"
    Then she is refused because "Spring" is paused

  Scenario: What was broken during the pause does not resume
    Given the draft "Spring" to be sent once
    And "Spring" is running
    And "Spring" is paused
    And nobody is left in the audience of "Spring"
    When Ada resumes "Spring"
    Then she is told that "audience" is wrong
