Feature: Unique names
  Two campaigns that people cannot tell apart are one too many.

  Background:
    Given the draft "Spring Sale" that is always on

  Scenario Outline: A name that reads the same is taken
    When Ada creates the campaign "<name>"
    Then she is told that the name is taken

    Examples:
      | name        |
      | Spring Sale |
      | SPRING SALE |
      | spring sale |

  Scenario: Renaming makes no exception
    Given the draft "Other" that is always on
    When Ada renames "Other" to "spring SALE"
    Then she is told that the name is taken

  Scenario: The name of a deleted campaign is free
    When Ada deletes "Spring Sale"
    And Ada creates the campaign "Spring Sale"
    Then "Spring Sale" is a draft
