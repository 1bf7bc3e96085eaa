Feature: Measuring a campaign
  Counts are exact, rates follow from them, and what nobody tried is unknown rather than zero.

  Scenario: A campaign that has not sent anything
    Given the campaign "Spring"
    Then the open rate of "Spring" is unknown

  Scenario: People open and click
    Given "Spring" was sent to 10 people
    And 8 of them got it
    When 2 of them open it and 1 of them clicks
    Then the open rate of "Spring" is 25 percent
    And the click rate of "Spring" is 12.5 percent

  Scenario: Opening twice is one person
    Given "Spring" was sent to 10 people
    And 10 of them got it
    When one person opens it 3 times
    Then "Spring" counts 1 person who opened and 3 opens

  Scenario: A provider repeats itself
    Given "Spring" was sent to 10 people
    When the provider reports the same delivery 3 times
    Then "Spring" counts 1 delivered message

  Scenario: A machine opens before the person does
    Given "Spring" was sent to 10 people
    And 10 of them got it
    When a scanner opens one of them
    Then "Spring" counts 0 people who opened
    And "Spring" counts 1 open by a machine

  Scenario: Another channel reports its own figures
    Given the campaign "Spring"
    When the web shop reports 2000 impressions, 50 clicks and costs of 100 EUR, twice under the same number
    Then a click on "Spring" cost 2.00 EUR
