Feature: Finding campaigns
  People find a campaign by what they still know of it.

  Background:
    Given the draft "Spring Sale" to be sent once
    And the draft "Loyalty Club" that is always on
    And "Loyalty Club" is active

  Scenario Outline: By one thing
    When Ada looks for campaigns whose <what> is "<value>"
    Then she finds "<found>"

    Examples:
      | what    | value    | found        |
      | status  | active   | Loyalty Club |
      | status  | draft    | Spring Sale  |
      | mode    | one_time | Spring Sale  |
      | channel | in_app   | Spring Sale  |
      | search  | club     | Loyalty Club |

  Scenario: A campaign that is gone is not found
    When Ada deletes "Spring Sale"
    And Ada looks for campaigns whose search is "sale"
    Then she finds nothing
