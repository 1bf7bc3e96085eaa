Feature: Trying a trigger on the past
  Before a trigger is switched on, one may ask what it would have done with the events of the last days.

  Scenario: A draft is asked about what has happened
    Given 3 people with a mail address
    And a campaign that welcomes those who sign up
    And the campaign is still a draft
    When the first person buys for 20
    And the second person buys for 80
    And the second person buys for 90
    And the third person signs up
    Then a trigger on buying for more than 50 would have answered 1 of 3 events
    And it would have left "condition_false" 1 time and "frequency_limit" 1 time
    And nobody got a mail
