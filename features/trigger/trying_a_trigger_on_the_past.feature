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

  Scenario: The dry run of a campaign says what it would have sent
    Given 3 people with a mail address
    And somebody without any address
    And a campaign that thanks those who buy for more than 50
    And its subject is "Thanks for {{ event.amount }} from {{ event.shop }}"
    And the campaign is still a draft
    When the first person buys for 20
    And the second person buys for 80
    And the last person buys for 90
    Then its dry run foretells 1 message by e-mail, and 1 person left for "no_address"
    And it foretells that 1 message does without "event.shop"
    And it was asked about 3 events, of which 1 was left for "condition_false"
    And nobody got a mail
