Feature: Cancelling a campaign
  A campaign that shall not be finished is cancelled, with the reason.

  Scenario Outline: Whatever is not over can be cancelled
    Given the draft "Spring" to be sent once
    And "Spring" is <status>
    When Ada cancels "Spring" because "out of stock"
    Then "Spring" is cancelled
    And "Spring" says "out of stock"

    Examples:
      | status    |
      | a draft   |
      | scheduled |
      | running   |
      | paused    |

  Scenario: A reason is needed
    Given the draft "Spring" to be sent once
    When Ada cancels "Spring" because ""
    Then she is told that "reason" is wrong

  Scenario: What is over stays as it ended
    Given the draft "Spring" that is always on
    And "Spring" is active
    And "Spring" is completed
    When Ada cancels "Spring" because "regret"
    Then she is refused because "Spring" is completed
