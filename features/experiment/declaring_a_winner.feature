Feature: Declaring the winner of a test
  A winner is declared as soon as the figures are clear enough, however often one looks, or when a person says so.

  Background:
    Given 400 people with a mail address
    And two variants, "Short" and "Long", compared by opens on half of the audience

  Scenario: The figures are clear
    Given the winner is declared automatically, from 40 people in each variant on
    When the campaign is started
    And everybody in the sample was written to
    And most of those who got "Long" open it, and few of the others
    Then "Long" is declared the winner automatically
    And the run is completed
    And everybody beyond the sample is sent "Long", once
    And the history says who won and with which figures
    And the news of the winner is published once

  Scenario: The figures are not clear yet
    Given the winner is declared automatically, from 40 people in each variant on
    When the campaign is started
    And everybody in the sample was written to
    And as many of those who got "Long" open it as of the others
    Then no winner is declared
    And the report says that it may still be chance

  Scenario: A person decides
    When the campaign is started
    And everybody in the sample was written to
    And the product owner declares "Short" the winner
    Then the run is completed
    And everybody beyond the sample is sent "Short", once

  Scenario: What was decided stays decided
    When the campaign is started
    And everybody in the sample was written to
    And the product owner declares "Short" the winner
    Then declaring "Long" the winner is refused, because the test is decided

  Scenario: The control cannot win
    Given a third variant that is the control, for 20 percent of all
    When the campaign is started
    And everybody in the sample was written to
    Then declaring "Control" the winner is refused, because the control gets no message

  Scenario: People are missing in one variant
    Given the winner is declared automatically, from 40 people in each variant on
    And "Short" needs something that is not known of most people
    When the campaign is started
    And everybody in the sample was written to
    And most of those who got "Long" open it, and few of the others
    Then no winner is declared
    And the report says that the figures must not be compared
