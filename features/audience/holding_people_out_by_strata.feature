Feature: Holding people out by strata
  A control group is a fair picture of the audience: every country, and every channel, has its exact share of it.

  Scenario: Every country has its share, to the person
    Given 300 people from "DE", 100 from "FR" and 60 from "KZ"
    And a campaign for everybody
    And 10 percent of each country are held out
    Then the control group is:
      | country | people | held out |
      | DE      | 300    | 30       |
      | FR      | 100    | 10       |
      | KZ      | 60     | 6        |

  Scenario: What is left over goes to the countries that miss most
    Given 15 people from "DE", 14 from "FR" and 1 from "KZ"
    And a campaign for everybody
    And 10 percent of each country are held out
    Then the control group is:
      | country | people | held out |
      | DE      | 15     | 2        |
      | FR      | 14     | 1        |
      | KZ      | 1      | 0        |

  Scenario: Only people who would have been written to are drawn
    Given 20 people from "DE", 10 from "FR" and 10 from "KZ"
    And a campaign for everybody
    And 10 percent of each country are held out
    When 10 people from "DE" are suppressed
    Then the control group is:
      | country | people | held out |
      | DE      | 10     | 1        |
      | FR      | 10     | 1        |
      | KZ      | 10     | 1        |

  Scenario: Something that nobody is known by cannot be drawn by
    Given 5 people with a mail address
    And a campaign for everybody
    And 10 percent of each "favourite colour" are held out
    Then the audience is refused, because of "/holdout_strata/0"
