Feature: Ending a test without a winner
  When the time of a test is over and nothing is clear, the campaign's fallback says what the rest gets.

  Background:
    Given 400 people with a mail address
    And two variants, "Short" and "Long", compared by opens on half of the audience

  Scenario: The best so far
    Given the rest gets the best so far when there is no winner
    When the campaign is started
    And everybody in the sample was written to
    And a few more of those who got "Long" open it than of the others
    And the time of the test is over
    Then the test ends without a winner
    And the run is completed
    And everybody beyond the sample is sent "Long", once

  Scenario: Nothing, as the control
    Given a third variant that is the control, for 20 percent of all
    And the rest gets what the control got when there is no winner
    When the campaign is started
    And everybody in the sample was written to
    And the time of the test is over
    Then the test ends without a winner
    And the run is completed
    And nobody beyond the sample is written to

  Scenario: A person decides later
    Given the rest waits for a person when there is no winner
    When the campaign is started
    And everybody in the sample was written to
    And the time of the test is over
    Then the test ends without a winner
    And nobody beyond the sample is written to
    When the product owner declares "Short" the winner
    Then the run is completed
    And everybody beyond the sample is sent "Short", once
