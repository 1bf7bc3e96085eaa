Feature: Comparing variants by what counts
  Opens are quick to count; orders and money are what counts. The control tells what would have happened anyway.

  Background:
    Given 400 people with a mail address
    And two variants, "Short" and "Long", compared by opens on half of the audience

  Scenario: By orders, beside those who got nothing
    Given the variants are compared by orders
    And a third variant that is the control, for 20 percent of all
    And the winner is declared automatically, from 40 people in each variant on
    When the campaign is started
    And everybody in the sample was written to
    And most of those who got "Long" order for 20 EUR, and few of the others
    And few of the control order for 20 EUR
    Then "Long" is declared the winner automatically
    And the report compares with the control

  Scenario: By revenue
    Given the variants are compared by revenue
    And the winner is declared automatically, from 40 people in each variant on
    When the campaign is started
    And everybody in the sample was written to
    And most of those who got "Long" order for 20 EUR, and few of the others
    Then "Long" is declared the winner automatically
    And the report shows what each variant earned per person
