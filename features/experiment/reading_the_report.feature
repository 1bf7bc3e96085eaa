Feature: Reading the report of a test
  One page tells what was achieved, what may be concluded, and what does not follow from it. Pictures and tables of it can
  be pasted elsewhere.

  Background:
    Given 400 people with a mail address
    And two variants, "Short" and "Long", compared by opens on half of the audience

  Scenario: One variant is clearly better
    When the campaign is started
    And everybody in the sample was written to
    And most of those who got "Long" open it, and few of the others
    Then the page concludes that "Long" has the highest open rate
    And it adds that the lead need not stay as large
    And it shows everybody accounted for

  Scenario: The variants are alike so far
    When the campaign is started
    And everybody in the sample was written to
    And as many of those who got "Long" open it as of the others
    Then the page concludes that there is no winner yet
    And it adds that the variants need not be alike

  Scenario: Before anybody was written to
    When the campaign is written but not started
    Then the page concludes nothing yet

  Scenario: Pasting the test into a letter
    When the campaign is started
    And everybody in the sample was written to
    And a few more of those who got "Long" open it than of the others
    Then the test can be taken as a picture that says in words what it shows
    And the same figures can be taken as a table
