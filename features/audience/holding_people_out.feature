Feature: Holding people out
  Some people get nothing, so that the campaign's effect can be measured against them.

  Scenario: The holdout gets nothing, and everybody is accounted for
    Given 1000 people with a mail address
    And a campaign for everybody
    And 20 percent are held out
    Then it is for 1000 people
    And about 200 of them are held out
    And the held out and the others are all

  Scenario: Who is held out once is held out every time
    Given 200 people with a mail address
    And a campaign for everybody
    And 10 percent are held out
    Then the same people are held out when asked again

  Scenario: Without a holdout nobody is held out
    Given 50 people with a mail address
    And a campaign for everybody
    Then nobody is held out
