Feature: Following people's own clocks
  Nine in the morning can mean nine wherever the reader is. Then the run begins where it is nine first, and everybody is
  written to at the same hour of their own clock. Who has no known time zone goes by the campaign's.

  Background:
    Given people with their time zones
      | user | zone             |
      | ann  | Asia/Tokyo       |
      | ben  | Europe/Paris     |
      | cleo | America/New_York |
      | dora |                  |
      | emil | Mars/Olympus     |

  Scenario: Everybody at the same hour
    Given the draft "Spring" for everybody's own clock, nine hours from now in Europe/Paris
    When Ada activates "Spring"
    Then "Spring" is running after a while
    And ann is written to at that hour in Asia/Tokyo
    And ben is written to at that hour in Europe/Paris
    And cleo is written to at that hour in America/New_York
    And dora is written to at that hour in Europe/Paris
    And emil is written to at that hour in Europe/Paris

  Scenario: A dry run foretells everybody's hour
    Given the draft "Spring" for everybody's own clock, nine hours from now in Europe/Paris
    When Ada has "Spring" tried out
    Then it would be sent to 1 person, then to 3, then to 1

  Scenario: Only what is planned can follow people's clocks
    When Ada wants the triggered campaign "Welcome" to follow people's own clocks
    Then she is told that "schedule" is wrong
