Feature: Launch readiness
  Nothing goes out half done, and everything that is missing is said at once.

  Scenario Outline: What is missing is named
    Given the draft "Spring" to be sent once
    And "Spring" <lack>
    When Ada activates "Spring"
    Then she is told that "<part>" is wrong
    And "Spring" is a draft

    Examples:
      | lack                              | part     |
      | has no channel                    | channels |
      | has a text that does not compile  | channels |
      | is for nobody                     | audience |
      | has variants that make 90 percent | variants |
      | follows a rule that is not there  | audience |
      | ended yesterday                   | end_date |

  Scenario: Everything that is missing is named at once
    Given the draft "Spring" to be sent once
    And "Spring" has no channel
    And "Spring" is for nobody
    When Ada activates "Spring"
    Then she is told that "channels" is wrong
    And she is told that "audience" is wrong

  Scenario: A recurring campaign keeps an hour between its runs
    Given the draft "Digest" to be sent every minute
    When Ada activates "Digest"
    Then she is told that "schedule" is wrong

  Scenario: Five campaigns run at the same time
    Given five running campaigns
    And the draft "Spring" to be sent once
    When Ada activates "Spring"
    Then she is told that too many are running
    When one of the five is paused
    And Ada activates "Spring"
    Then "Spring" is running
