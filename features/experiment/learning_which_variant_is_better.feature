Feature: Learning which variant is better
  A campaign that answers events may send what does better more often, while it goes on learning.

  Background:
    Given 200 people with a mail address
    And two variants, "Short" and "Long", for those who sign up
    And the shares of the variants follow their figures

  Scenario: What is opened more is sent more
    When the campaign is activated
    And the first 80 people sign up
    And most of those who got "Long" open it, and few of the others
    Then the share of "Long" is drawn anew and is most of all
    And the history says from which figures the shares were drawn
    When the other people sign up
    Then nearly all of them get "Long"
    And the trace of one of them names the shares by which their variant was drawn

  Scenario: A person ends the learning
    When the campaign is activated
    And the first 80 people sign up
    And the product owner declares "Short" the winner
    And the other people sign up
    Then all of them get "Short"
